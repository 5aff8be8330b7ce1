// The middle of a batch: requests of which there is nothing to be known but that the server owes an answer to each.
// Pipelines are made of them.
#include "daemon/client/session.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::Piece;
using protocol::Request;

namespace {

// Behind so many entries the limits are looked at again.
constexpr std::size_t kMostAtATime = 1000;

// To the unnamed portal, and it is known from before which statement that is.
bool is_bound_again(server::BoundStatements& bound, const protocol::Statement* statement) {
  return statement == nullptr ? bound.bind_unnamed() : bound.bind_again(statement->number());
}

}  // namespace

// How many bytes at the front are such requests. They do what begin_frame and end_frame would make of them, which is
// for all others: whoever changes the one has to look at the other.
std::size_t Session::pass_plain_requests(Bytes bytes) {
  if (server_ == nullptr || state_ != State::Leased || repeat_ != Repeat::None || !request_since_) return 0;
  const auto& owed = server_->owed();
  if (owed.unflushed_count() >= kMostAtATime || owed.size() >= kMostAtATime) return 0;
  auto rest = bytes;
  while (owed.is_in_batch() && owed.unflushed_count() < 2 * kMostAtATime) {
    const auto size = walker_.whole_frame_bytes(rest);
    if (size == 0 || !pass_plain_request(rest.substr(0, size))) break;
    rest.remove_prefix(size);
  }
  return bytes.size() - rest.size();
}

// False: it is for begin_frame.
bool Session::pass_plain_request(Bytes frame) {
  auto& owed = server_->owed();
  const bool is_following = server_->runs().is_following();
  std::size_t replaced_bytes = 0;
  switch (frame.front()) {
    case 'B':
      if (statements_) {
        const auto bind = statements_->begin_plain_bind(frame, *server_, environment_.requests);
        if (!bind) return false;
        replaced_bytes = bind->replaced_bytes;
        if (is_following && !is_bound_again(server_->bound(), bind->statement)) follow_plain_bind(bind->statement);
      } else {
        owed.expect(Request::Bind);
        if (is_following) follow_bind(frame.substr(protocol::kFrameHeaderBytes));
      }
      break;
    case 'D':
      if (statements_ && !statements_->is_plain_target(frame)) return false;
      owed.expect(Request::Describe);
      break;
    case 'E':
      if (statements_ && !statements_->is_plain_execute()) return false;
      owed.expect(Request::Execute);
      if (is_following && frame[protocol::kFrameHeaderBytes] == '\0') {
        server_->runs().begin(server_->bound().unnamed_portal(), environment_.agenda.now());
      } else if (is_following) {
        follow_execute(frame.substr(protocol::kFrameHeaderBytes));
      }
      ++pool_->totals().queries;
      break;
    case 'S':
      owed.expect(Request::Sync);
      break;
    default:
      return false;
  }
  environment_.requests.pass(frame.substr(replaced_bytes));
  server_->repeatable().pass({.type = frame.front(), .is_start = true, .is_end = true, .bytes = frame});
  return true;
}

}  // namespace howdah::client
