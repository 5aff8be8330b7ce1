// What looks on while one client is traced: it is shown all bytes, to and from the client, and to and from the server
// that it has a lease on, and hands a line for each frame to the file. Owned by the session; one worker's thread. It
// changes nothing of what it sees, and ends by itself when the file takes no more.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/io/output_batch.h"
#include "daemon/trace/frame_tap.h"
#include "daemon/trace/trace_file.h"
#include "daemon/trace/trace_lines.h"
#include "daemon/worker/agenda.h"

namespace howdah::trace {

// Of what is under way when a trace begins: what is still to come of a frame each way, and whether answers are owed to
// texts that were not seen.
struct UnderWay {
  std::size_t from_client_bytes = 0;
  std::size_t to_server_bytes = 0;
  std::size_t from_server_bytes = 0;
  std::size_t to_client_bytes = 0;
  bool is_answer_due = false;
};

class ClientTrace {
 public:
  ClientTrace(std::shared_ptr<TraceFile> file, bool has_values, const worker::Agenda& agenda,
              const UnderWay& under_way);

  void note(Way way, protocol::Bytes bytes);
  void note(Way way, io::OutputBatch& batch);
  // What is sent because of bytes that have come, stands behind them: so much of these was taken is known only then.
  // Whatever is noted between hold() and let_go() waits.
  void hold() { ++held_; }
  void let_go(Way way, protocol::Bytes taken);
  // From here on it is another server.
  void begin_lease(std::uint64_t server_id, std::int32_t process_id);
  // Once; while it holds, at the end of that.
  void end(std::string_view reason);
  // Nothing more is noted, and the file is let go.
  [[nodiscard]] bool is_over() const { return file_ == nullptr; }
  [[nodiscard]] const TraceFile& file() const { return *file_; }

 private:
  static constexpr std::size_t kMostLineBytes = 512UL * 1024;  // of one turn, in memory

  [[nodiscard]] FrameTap& tap(Way way) { return taps_[static_cast<std::size_t>(way)]; }
  void see(Way way, protocol::Bytes bytes, std::string& lines);
  void see_frame(Way way, const SeenFrame& frame, std::string& lines);
  void hand_over(std::string& lines);
  void finish(std::string_view reason);
  [[nodiscard]] std::int64_t microseconds() const;

  std::shared_ptr<TraceFile> file_;  // null: it is over
  const bool has_values_;
  const worker::Agenda& agenda_;
  const worker::TimePoint started_at_;
  std::array<FrameTap, 4> taps_;
  int held_ = 0;
  std::string lines_;              // of what is held
  std::uint64_t lines_count_ = 0;  // frames in lines that are to be handed over
  std::uint64_t frames_ = 0;
  std::uint64_t left_out_ = 0;
  std::uint64_t left_out_told_ = 0;
  std::string end_reason_;          // while it holds
  bool may_have_password_ = false;  // a text that an error could repeat
};

}  // namespace howdah::trace
