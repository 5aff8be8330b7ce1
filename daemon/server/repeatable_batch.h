// A copy of the one batch that a server has been sent since it was last at rest, for as long as it may be sent again
// with nobody the wiser: a Bind and what follows it up to its Sync, of which nothing has been answered yet. One thread.
// (PostgreSQL documentation: "Extended Query")
#pragma once

#include <cstddef>
#include <string>

#include "protocol/frame_walker.h"

namespace howdah::server {

class RepeatableBatch {
 public:
  // Larger ones are not kept.
  static constexpr std::size_t kMostBytes = 16UL * 1024;

  // The Bind that is about to be passed on is the first message to a server at rest, and may be sent again.
  void begin() { state_ = State::Begun; }
  // A piece of a message to the server, as the client sent it.
  void pass(const protocol::Piece& piece) {
    if (state_ != State::None) add(piece);
  }
  // Something of it has been answered, or the lease is over.
  void forget() {
    if (state_ == State::None) return;
    state_ = State::None;
    bytes_.clear();
  }

  // All of it is here, and nothing behind it has been sent.
  [[nodiscard]] bool is_whole() const { return state_ == State::Whole; }
  // The Bind, and whatever follows.
  [[nodiscard]] protocol::Bytes bytes() const { return bytes_; }
  // The same, which is forgotten.
  [[nodiscard]] std::string take();

 private:
  enum class State { None, Begun, Open, Whole };

  void add(const protocol::Piece& piece);
  [[nodiscard]] bool may_add(const protocol::Piece& piece) const;

  State state_ = State::None;
  std::string bytes_;
};

}  // namespace howdah::server
