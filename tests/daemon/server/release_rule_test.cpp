#include "daemon/server/release_rule.h"

#include <boost/test/unit_test.hpp>

namespace howdah::server {

namespace {

using protocol::Request;
using protocol::TransactionStatus;

// The facts of a server that may go; each test spoils one.
struct Facts {
  protocol::OwedReplies owed = {};
  TransactionStatus status = TransactionStatus::Idle;
  protocol::LeftState state = {};
  bool has_partial_reply = false;
  bool has_partial_request = false;
  bool has_pending_output = false;
  bool has_cancel_in_flight = false;

  [[nodiscard]] std::string verdict() const {
    const auto busy = why_not_releasable({.owed = owed,
                                          .status = status,
                                          .state = state,
                                          .has_partial_reply = has_partial_reply,
                                          .has_partial_request = has_partial_request,
                                          .has_pending_output = has_pending_output,
                                          .has_cancel_in_flight = has_cancel_in_flight});
    return busy ? std::string(busy_name(*busy)) : "free";
  }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(release_rule)

BOOST_AUTO_TEST_CASE(a_server_that_has_nothing_to_do_is_free) {
  BOOST_TEST(Facts{}.verdict() == "free");
}

BOOST_AUTO_TEST_CASE(each_single_fact_keeps_the_server) {
  Facts owed;
  owed.owed.expect(Request::Query);
  BOOST_TEST(owed.verdict() == "reply owed");
  BOOST_TEST(Facts{.status = TransactionStatus::InTransaction}.verdict() == "in transaction");
  BOOST_TEST(Facts{.status = TransactionStatus::Failed}.verdict() == "in transaction");
  BOOST_TEST(Facts{.has_partial_reply = true}.verdict() == "partial reply");
  BOOST_TEST(Facts{.has_partial_request = true}.verdict() == "partial request");
  BOOST_TEST(Facts{.has_pending_output = true}.verdict() == "pending output");
  BOOST_TEST(Facts{.has_cancel_in_flight = true}.verdict() == "cancel in flight");
  Facts pinned;
  pinned.state.hold(protocol::StateKind::Listen);
  BOOST_TEST(pinned.verdict() == "pinned");
}

BOOST_AUTO_TEST_CASE(a_batch_without_its_sync_keeps_the_server_though_nothing_is_owed) {
  Facts facts;
  facts.owed.expect(Request::Parse);
  BOOST_TEST((facts.owed.on_reply('1') == protocol::OwedReplies::Verdict::ForClient));
  BOOST_TEST(facts.owed.is_empty());
  BOOST_TEST(facts.verdict() == "reply owed");
  facts.owed.expect(Request::Sync);
  BOOST_TEST((facts.owed.on_reply('Z') == protocol::OwedReplies::Verdict::ForClient));
  BOOST_TEST(facts.verdict() == "free");
}

BOOST_AUTO_TEST_CASE(a_pin_is_named_only_when_all_else_is_done) {
  Facts facts{.has_cancel_in_flight = true};
  facts.state.suspect(protocol::StateKind::Settings);
  BOOST_TEST(facts.verdict() == "cancel in flight");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
