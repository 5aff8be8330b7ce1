// Finds the frames in a direction of bytes, however these are cut: of large ones the front. For who looks on; what the
// data path does with them is FrameWalker's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "protocol/frame_summary.h"
#include "protocol/frame_walker.h"

namespace howdah::trace {

struct SeenFrame {
  char type = 0;
  protocol::Bytes front;       // behind the header; dies with the call
  std::size_t size_bytes = 0;  // of all of it, header included
};

class FrameTap {
 public:
  // It begins in the middle of a frame that has so many bytes to come; 0: between frames.
  explicit FrameTap(std::size_t missing_bytes = 0) : skipped_bytes_(missing_bytes) {}

  // Calls `see` with each frame, once its front is there.
  template <typename See>
  void feed(protocol::Bytes bytes, See&& see) {
    while (!bytes.empty() && !is_lost_) {
      if (skipped_bytes_ > 0) {
        const auto size = std::min(bytes.size(), skipped_bytes_);
        skipped_bytes_ -= size;
        bytes.remove_prefix(size);
        continue;
      }
      const auto size = std::min(bytes.size(), wanted_bytes() - front_.size());
      front_ += bytes.substr(0, size);
      bytes.remove_prefix(size);
      if (front_.size() >= protocol::kFrameHeaderBytes && front_.size() == wanted_bytes()) end_front(see);
    }
  }

  // There was a length that no frame has: nothing more is seen.
  [[nodiscard]] bool is_lost() const { return is_lost_; }

 private:
  [[nodiscard]] std::size_t frame_bytes() const {
    const auto length = protocol::read_int32(protocol::Bytes(front_).substr(1));
    return length < 4 ? 0 : static_cast<std::size_t>(length) + 1;
  }
  // At least the header's.
  [[nodiscard]] std::size_t wanted_bytes() const {
    if (front_.size() < protocol::kFrameHeaderBytes) return protocol::kFrameHeaderBytes;
    return std::clamp(frame_bytes(), protocol::kFrameHeaderBytes, protocol::kSummaryFrontBytes);
  }
  template <typename See>
  void end_front(See& see) {
    const auto size = frame_bytes();
    is_lost_ = size == 0;
    if (!is_lost_) {
      see(SeenFrame{.type = front_.front(),
                    .front = protocol::Bytes(front_).substr(protocol::kFrameHeaderBytes),
                    .size_bytes = size});
      skipped_bytes_ = size - front_.size();
    }
    front_.clear();
  }

  std::string front_;  // of the frame under way
  std::size_t skipped_bytes_;
  bool is_lost_ = false;
};

}  // namespace howdah::trace
