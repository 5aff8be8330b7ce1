// A COPY that fails while its client is still sending: what came before the error, and what behind it, only
// the server knows. (semantics.md, 14)
#include <boost/test/unit_test.hpp>

#include "tests/support/play/play.h"

namespace howdah::tests {

namespace {

// `ann` has begun a copy-in in the extended protocol; `bob` wants the same server.
struct FailingCopy {
  explicit FailingCopy(int lookahead) {
    play.script(1).set_copy_lookahead(lookahead);
    BOOST_TEST(ann.send(statement("COPY IN") + flush()).hears() == "1 2 G");
    play.is_held = true;
    ann.send(copy_data("bad") + sync() + copy_done() + sync());
    play.loop.turn([&] { ann.socket().read(); });
    play.server(1).take_requests();
    bob.send(query("SELECT bob"));
    play.loop.turn([&] { bob.socket().read(); });
  }

  // The replies come in two parts, the second one late.
  void reply(std::size_t late_bytes) {
    auto& server = play.server(1);
    server.give_replies(server.script().output_bytes() - late_bytes);
    while (server.socket().is_readable()) play.loop.turn([&] { server.socket().read(); });
    server.take_requests();
    play.is_held = false;
    play.run();
  }

  Play play{one_pool(1)};
  Client& ann = play.log_in();
  Client& bob = play.log_in();
};

constexpr std::size_t kReadyBytes = 6;

}  // namespace

BOOST_AUTO_TEST_SUITE(session_copy)

BOOST_AUTO_TEST_CASE(a_second_ready_for_query_of_a_failed_copy_never_reaches_the_next_client) {
  for (const int lookahead : {0, 1, 2, 3}) {
    FailingCopy copy(lookahead);
    copy.reply(kReadyBytes);
    BOOST_TEST(copy.bob.hears() == "");  // it waits: what is still to come is in doubt
    copy.ann.send(terminate());
    BOOST_TEST(copy.bob.hears() == "T D(bob) C(SELECT 1) Z(I)");
    BOOST_TEST(copy.ann.take_bytes().find("bob") == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_next_request_ends_the_doubt) {
  for (const int lookahead : {0, 1, 2, 3}) {
    FailingCopy copy(lookahead);
    copy.reply(0);
    (void)copy.ann.hears();
    BOOST_TEST(copy.ann.ask("SELECT ann") == "T D(ann) C(SELECT 1) Z(I)");
    BOOST_TEST(copy.bob.hears() == "T D(bob) C(SELECT 1) Z(I)");
    BOOST_TEST(copy.play.backend.servers().size() == 1U);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
