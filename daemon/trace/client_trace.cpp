#include "daemon/trace/client_trace.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace howdah::trace {

using protocol::Bytes;

ClientTrace::ClientTrace(std::shared_ptr<TraceFile> file, bool has_values, const worker::Agenda& agenda,
                         const UnderWay& under_way)
    : file_(std::move(file)),
      has_values_(has_values),
      agenda_(agenda),
      started_at_(agenda.now()),
      taps_{FrameTap(under_way.from_client_bytes), FrameTap(under_way.to_server_bytes),
            FrameTap(under_way.from_server_bytes), FrameTap(under_way.to_client_bytes)},
      may_have_password_(under_way.is_answer_due) {}

void ClientTrace::note(Way way, Bytes bytes) {
  if (is_over()) return;
  see(way, bytes, lines_);
  if (held_ == 0) hand_over(lines_);
}

void ClientTrace::note(Way way, io::OutputBatch& batch) {
  if (is_over()) return;
  for (const auto& range : batch.ranges()) {
    see(way, Bytes(static_cast<const char*>(range.iov_base), range.iov_len), lines_);
  }
  if (held_ == 0) hand_over(lines_);
}

void ClientTrace::let_go(Way way, Bytes taken) {
  --held_;
  if (is_over()) return;
  std::string lines;
  see(way, taken, lines);
  lines += std::exchange(lines_, {});
  hand_over(lines);
  if (!end_reason_.empty()) finish(end_reason_);
}

void ClientTrace::begin_lease(std::uint64_t server_id, std::int32_t process_id) {
  if (is_over()) return;
  tap(Way::ToServer) = FrameTap();
  tap(Way::FromServer) = FrameTap();
  lines_ += event_line(microseconds(), fmt::format("has server s{}, process {}", server_id, process_id));
  if (held_ == 0) hand_over(lines_);
}

void ClientTrace::end(std::string_view reason) {
  if (held_ > 0) {
    end_reason_ = reason;
  } else {
    finish(reason);
  }
}

void ClientTrace::see(Way way, Bytes bytes, std::string& lines) {
  auto& frames = tap(way);
  const bool was_lost = frames.is_lost();
  frames.feed(bytes, [&](const SeenFrame& frame) { see_frame(way, frame, lines); });
  if (frames.is_lost() && !was_lost) {
    lines += event_line(microseconds(), fmt::format("no frame can be told any more in {}", way_text(way)));
  }
}

void ClientTrace::see_frame(Way way, const SeenFrame& frame, std::string& lines) {
  if (way == Way::FromClient && !may_have_password_) {
    const bool is_cut = frame.size_bytes > frame.front.size() + protocol::kFrameHeaderBytes;
    may_have_password_ = protocol::may_hold_password(frame.type, frame.front, is_cut);
  }
  if (lines.size() > kMostLineBytes) {
    ++left_out_;
    return;
  }
  ++lines_count_;
  lines += frame_line(microseconds(), way, frame, {.with_values = has_values_, .without_messages = may_have_password_});
}

void ClientTrace::hand_over(std::string& lines) {
  if (is_over() || lines.empty()) return;
  const auto count = std::exchange(lines_count_, 0);
  if (left_out_ > left_out_told_) lines += left_out_line(microseconds(), left_out_ - left_out_told_);
  const auto taken = file_->append(lines);
  lines.clear();
  switch (taken) {
    case TraceFile::Taken::Yes:
      frames_ += count;
      left_out_told_ = left_out_;
      return;
    case TraceFile::Taken::TooFast:
      left_out_ += count;
      return;
    case TraceFile::Taken::Full:
      left_out_ += count;
      return finish("the file is as large as admin.trace_size allows");
    case TraceFile::Taken::Failed:
      return finish("the file could not be written");
  }
}

void ClientTrace::finish(std::string_view reason) {
  if (is_over()) return;
  const auto file = std::exchange(file_, nullptr);
  file->finish(end_line(microseconds(), reason, frames_, left_out_));
}

std::int64_t ClientTrace::microseconds() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(agenda_.now() - started_at_).count();
}

}  // namespace howdah::trace
