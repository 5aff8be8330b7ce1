// The one judge of whether a server may be given to another session. Everybody asks here; in doubt the server is
// closed.
#pragma once

#include <optional>
#include <string_view>

#include "protocol/left_state.h"
#include "protocol/messages.h"
#include "protocol/owed_replies.h"

namespace howdah::server {

struct ReleaseFacts {
  const protocol::OwedReplies& owed;
  protocol::TransactionStatus status;
  const protocol::LeftState& state;  // what the session may have left on the server
  bool has_partial_reply;            // a frame of the server is half read
  bool has_partial_request;          // a frame of the client is half sent
  bool has_pending_output;           // bytes towards the server wait for its kernel
  bool has_cancel_in_flight;         // a cancel that could still hit it
};

enum class Busy {
  ReplyOwed,
  InTransaction,
  PartialReply,
  PartialRequest,
  PendingOutput,
  CancelInFlight,
  Pinned,  // all else is done, but it holds state of its session
};

// Why the server must stay where it is; nothing when it may go.
[[nodiscard]] std::optional<Busy> why_not_releasable(const ReleaseFacts& facts);
[[nodiscard]] std::string_view busy_name(Busy busy);

}  // namespace howdah::server
