// A byte stream that comes in chunks, walked frame by frame, with all that a walk must keep to.
#pragma once

#include <optional>
#include <random>
#include <string>

#include "protocol/frame_walker.h"
#include "tests/fuzz/promise.h"

namespace howdah::fuzz {

// `visit(piece)` is called for each piece. Chunks are copied to memory of just their size, so that reading
// over their end is seen.
class CutStream {
 public:
  CutStream(const protocol::FrameRules& rules, std::uint32_t seed, std::size_t most_chunk_bytes)
      : walker_(rules), random_(seed), chunk_bytes_(1, most_chunk_bytes) {}

  template <typename Visitor>
  std::optional<protocol::FrameError> walk(protocol::Bytes bytes, Visitor&& visit) {
    while (!bytes.empty()) {
      const auto chunk = bytes.substr(0, chunk_bytes_(random_));
      bytes.remove_prefix(chunk.size());
      unread_ = std::string(unread_).append(chunk);
      if (const auto error = take_pieces(visit)) return error;
    }
    return std::nullopt;
  }

  [[nodiscard]] const protocol::FrameWalker& walker() const { return walker_; }
  [[nodiscard]] std::size_t unread_bytes() const { return unread_.size(); }

 private:
  template <typename Visitor>
  std::optional<protocol::FrameError> take_pieces(Visitor&& visit) {
    std::size_t done = 0;
    const std::string exact(unread_);
    while (true) {
      const protocol::Bytes rest(exact.data() + done, exact.size() - done);
      const auto next = walker_.peek(rest);
      if (!next) return next.error();
      if (!*next) break;
      check(**next, rest);
      visit(**next);
      walker_.advance(**next);
      promise((walker_.missing_bytes() == 0) == (*next)->is_end, "missing bytes end with the frame");
      done += (*next)->bytes.size();
    }
    unread_.erase(0, done);
    return std::nullopt;
  }

  void check(const protocol::Piece& piece, protocol::Bytes rest) const {
    const bool is_whole = piece.is_start && piece.is_end;
    promise(walker_.whole_frame_bytes(rest) == (is_whole ? piece.bytes.size() : 0), "a whole frame is seen as one");
    const auto run = walker_.run_bytes(rest.front(), rest);
    promise(!piece.is_start || run >= walker_.whole_frame_bytes(rest), "a run begins with its first frame");
    promise(!piece.bytes.empty(), "a piece has bytes");
    promise(piece.bytes.data() == rest.data() && piece.bytes.size() <= rest.size(),
            "a piece is the front of its input");
    promise(piece.is_start == (walker_.missing_bytes() == 0), "a frame starts where the last one ended");
    if (piece.is_start) promise(piece.type == rest.front(), "a piece has the type of its frame");
    promise(piece.body().size() + (piece.is_start ? protocol::kFrameHeaderBytes : 0) == piece.bytes.size(),
            "a body is what follows the header");
  }

  protocol::FrameWalker walker_;
  std::mt19937 random_;
  std::uniform_int_distribution<std::size_t> chunk_bytes_;
  std::string unread_;
};

}  // namespace howdah::fuzz
