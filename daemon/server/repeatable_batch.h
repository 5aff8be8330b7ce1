// A copy of the one batch that a server has been sent since it was last at rest, for as long as it may be sent again
// with nobody the wiser. One thread. (PostgreSQL documentation: "Extended Query")
//
// Kept are a Bind and what follows it up to its Sync: for a statement that turns out to be outdated, of which nothing
// has been answered yet, or for a command that needs a database alone. Of such a command also the Query, or what
// follows the Parse: that has been done, and what was answered before the refusal is not told again.
#pragma once

#include <cstddef>
#include <string>

#include "protocol/frame_walker.h"

namespace howdah::server {

class RepeatableBatch {
 public:
  // Larger ones are not kept.
  static constexpr std::size_t kMostBytes = 16UL * 1024;

  // The message that is about to be passed on is the first to a server at rest, and may be sent again. A Bind, or the
  // Parse or Query of a command about a database.
  void begin(bool is_database_command) {
    bytes_.clear();
    state_ = State::Begun;
    is_untouched_ = true;
    is_database_command_ = is_database_command;
  }
  // A piece of a message to the server, as the client sent it.
  void pass(const protocol::Piece& piece) {
    if (state_ != State::None) add(piece);
  }
  // Something of it has been answered.
  void note_answer() { is_untouched_ = false; }
  // It must not be sent again, or the lease is over.
  void forget() {
    if (state_ == State::None) return;
    state_ = State::None;
    bytes_.clear();
  }

  // All of it is here, and nothing behind it has been sent.
  [[nodiscard]] bool is_whole() const { return state_ == State::Whole; }
  [[nodiscard]] bool is_untouched() const { return is_untouched_; }
  // As it was told at the beginning.
  [[nodiscard]] bool is_database_command() const { return is_database_command_; }
  // The Query; or the Bind, and whatever follows.
  [[nodiscard]] protocol::Bytes bytes() const { return bytes_; }
  // The same, which is forgotten.
  [[nodiscard]] std::string take();

 private:
  enum class State { None, Begun, Open, Whole };

  void add(const protocol::Piece& piece);
  [[nodiscard]] bool may_add(const protocol::Piece& piece) const;
  [[nodiscard]] bool is_in_front_of_bind(const protocol::Piece& piece) const;

  State state_ = State::None;
  bool is_untouched_ = true;
  bool is_database_command_ = false;
  std::string bytes_;
};

}  // namespace howdah::server
