#include "daemon/server/repeatable_batch.h"

#include <utility>

namespace howdah::server {

namespace {

// Its answer is one short frame, as those of Bind and of a command without rows: see the session, which leaves them
// out.
bool describes_portal(const protocol::Piece& piece) {
  return piece.bytes.size() > protocol::kFrameHeaderBytes && piece.bytes[protocol::kFrameHeaderBytes] == 'P';
}

}  // namespace

// One Bind, a look at it, one Execute, and the end.
bool RepeatableBatch::may_add(const protocol::Piece& piece) const {
  if (bytes_.size() + piece.bytes.size() > kMostBytes) return false;
  if (!piece.is_start) return true;
  switch (piece.type) {
    case 'B':
    case 'Q':
      return state_ == State::Begun;
    case 'D':
      return state_ == State::Open && describes_portal(piece);
    case 'E':
    case 'S':
      return state_ == State::Open;
    default:
      return false;
  }
}

bool RepeatableBatch::is_in_front_of_bind(const protocol::Piece& piece) const {
  return state_ == State::Begun && (piece.type == 'P' || piece.type == 'D');
}

void RepeatableBatch::add(const protocol::Piece& piece) {
  if (is_in_front_of_bind(piece)) return;
  if (!may_add(piece)) return forget();
  bytes_.append(piece.bytes);
  const bool is_end = piece.is_end && (piece.type == 'S' || piece.type == 'Q');
  state_ = is_end ? State::Whole : State::Open;
}

std::string RepeatableBatch::take() {
  state_ = State::None;
  return std::exchange(bytes_, {});
}

}  // namespace howdah::server
