// The file of one trace: made anew, closed to others, bounded. Lines are taken on the traced client's worker without
// waiting for anything; a thread writes them. Held by the trace, and by the work under way.
#pragma once

#include <atomic>
#include <cstdint>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "daemon/io/unique_fd.h"
#include "daemon/worker/offload.h"

namespace howdah::trace {

// One of the traces that there may be at a time; given back with its last copy.
using Slot = std::shared_ptr<void>;

class Slots {
 public:
  // Null where none is left. Any thread.
  [[nodiscard]] Slot take();

 private:
  static constexpr int kMost = 10;
  std::shared_ptr<std::atomic<int>> taken_ = std::make_shared<std::atomic<int>>(0);
};

class TraceFile final : public std::enable_shared_from_this<TraceFile> {
 public:
  struct Place {
    std::string folder;
    std::string name;
    std::int64_t most_bytes = 0;
  };
  // With `first_line` in it. Blocks. The error tells the path and why. `threads` outlive the file.
  [[nodiscard]] static std::expected<std::shared_ptr<TraceFile>, std::string> create(const Place& place,
                                                                                     std::string_view first_line,
                                                                                     Slot slot,
                                                                                     worker::Offload& threads);
  ~TraceFile() = default;
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  enum class Taken {
    Yes,
    TooFast,  // not these: too much waits to be written
    Full,     // these would be more than the file may have
    Failed    // failure() tells why
  };
  // Whole lines; all or none. Any thread, as what follows.
  [[nodiscard]] Taken append(std::string_view lines);
  // There is always room for a last line. Nothing is taken behind it, and the file is closed.
  void finish(std::string_view last_line);
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::int64_t size_bytes() const { return size_bytes_; }
  [[nodiscard]] std::string failure() const;
  // Nobody will want it.
  void remove();

 private:
  static constexpr std::size_t kMostWaiting = 1024UL * 1024;
  static constexpr std::int64_t kRoomForLastLine = 1024;

  TraceFile(std::string path, io::UniqueFd fd, std::int64_t most_bytes, Slot slot, worker::Offload& threads)
      : path_(std::move(path)),
        most_bytes_(most_bytes),
        threads_(threads),
        slot_(std::move(slot)),
        fd_(std::move(fd)) {}

  void submit();  // under mutex_
  void write_waiting();
  [[nodiscard]] std::string write_all(std::string_view bytes) const;

  const std::string path_;
  const std::int64_t most_bytes_;
  worker::Offload& threads_;
  std::atomic<std::int64_t> size_bytes_ = 0;  // taken so far
  mutable std::mutex mutex_;
  Slot slot_;                  // under mutex_, like what follows
  std::string waiting_;        // to be written
  std::string failure_;        // empty: none
  bool is_submitted_ = false;  // a thread writes, or will
  bool is_finished_ = false;
  io::UniqueFd fd_;  // the writer's
};

}  // namespace howdah::trace
