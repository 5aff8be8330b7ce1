#include "daemon/server/repeatable_batch.h"

#include <utility>

namespace howdah::server {

// One Bind, a look at it, one Execute, and the end.
bool RepeatableBatch::may_add(const protocol::Piece& piece) const {
  if (bytes_.size() + piece.bytes.size() > kMostBytes) return false;
  if (!piece.is_start) return true;
  switch (piece.type) {
    case 'B':
      return state_ == State::Begun;
    case 'D':
    case 'E':
    case 'S':
      return state_ == State::Open;
    default:
      return false;
  }
}

void RepeatableBatch::add(const protocol::Piece& piece) {
  if (!may_add(piece)) return forget();
  bytes_.append(piece.bytes);
  state_ = piece.type == 'S' ? State::Whole : State::Open;
}

std::string RepeatableBatch::take() {
  state_ = State::None;
  return std::exchange(bytes_, {});
}

}  // namespace howdah::server
