#include "daemon/server/release_rule.h"

namespace howdah::server {

std::optional<Busy> why_not_releasable(const ReleaseFacts& facts) {
  if (!facts.owed.is_settled()) return Busy::ReplyOwed;
  if (facts.status != protocol::TransactionStatus::Idle) return Busy::InTransaction;
  if (facts.has_partial_reply) return Busy::PartialReply;
  if (facts.has_partial_request) return Busy::PartialRequest;
  if (facts.has_pending_output) return Busy::PendingOutput;
  if (facts.has_cancel_in_flight) return Busy::CancelInFlight;
  if (!facts.state.is_empty()) return Busy::Pinned;
  return std::nullopt;
}

std::string_view busy_name(Busy busy) {
  switch (busy) {
    case Busy::ReplyOwed:
      return "reply owed";
    case Busy::InTransaction:
      return "in transaction";
    case Busy::PartialReply:
      return "partial reply";
    case Busy::PartialRequest:
      return "partial request";
    case Busy::PendingOutput:
      return "pending output";
    case Busy::CancelInFlight:
      return "cancel in flight";
    case Busy::Pinned:
      return "pinned";
  }
  return "";
}

}  // namespace howdah::server
