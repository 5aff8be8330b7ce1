// lastval() and currval(): one's own values or none. The scripted server has no catalog, so that each INSERT counts.
#include <boost/test/unit_test.hpp>

#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

const std::string kInsert = "INSERT INTO t";
const std::string kRead = "SELECT lastval()";
const std::string kDiscard = "Q(DISCARD SEQUENCES) ";
const std::string kInserted = "C(INSERT INTO t) Z(I)";
const std::string kHasRead = "T D(lastval()) C(SELECT 1) Z(I)";

config::Settings pool_with(config::SequencePolicy policy, int size = 1) {
  auto settings = one_pool(size);
  pool_of(settings).state.sequence_values = policy;
  return settings;
}

bool is_free(Play& play) {
  return play.pool().ledger().counts().idle == play.pool().ledger().counts().connections();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_sequences)

BOOST_AUTO_TEST_CASE(as_long_as_nobody_reads_one_nothing_is_done) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  for (auto* client : {&ann, &bob, &ann}) BOOST_TEST(client->ask(kInsert) == kInserted);
  BOOST_TEST(is_free(play));
  BOOST_TEST(play.server_heard(1) == "Q(INSERT INTO t) Q(INSERT INTO t) Q(INSERT INTO t)");
}

BOOST_AUTO_TEST_CASE(the_first_reader_reads_no_value_of_another) {
  for (const auto& [bytes, discard] :
       {std::pair(query(kRead), kDiscard), std::pair(statement(kRead) + sync(), kDiscard),
        std::pair(statement("SELECT 1") + statement(kRead) + sync(),
                  std::string("P(howdah_none_sequences DISCARD SEQUENCES)"))}) {
    Play play(one_pool(1));
    auto& ann = play.log_in();
    auto& bob = play.log_in();
    (void)bob.ask(kInsert);
    (void)play.server_heard(1);
    const auto hears = ann.send(bytes).hears();
    BOOST_TEST(hears.ends_with("D(lastval()) C(SELECT 1) Z(I)"), hears);
    const auto heard = play.server_heard(1);
    BOOST_TEST(heard.contains(discard), heard);
    BOOST_TEST(heard.find("DISCARD SEQUENCES") < heard.find(kRead));
    BOOST_TEST(is_free(play));
    BOOST_TEST(ann.send(bytes).hears() == hears);
    BOOST_TEST(!play.server_heard(1).contains("DISCARD SEQUENCES"));
  }
}

BOOST_AUTO_TEST_CASE(the_only_user_of_a_server_reads_its_own) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  (void)ann.ask(kInsert);
  BOOST_TEST(ann.ask(kRead) == kHasRead);
  BOOST_TEST(!play.server_heard(1).contains("DISCARD SEQUENCES"));
}

BOOST_AUTO_TEST_CASE(what_it_had_before_it_was_elsewhere_is_old) {
  TwoServers two;
  for (const std::size_t number : {1U, 2U, 1U}) (void)two.on(number, query(kInsert));
  (void)two.heard(1);
  (void)two.on(1, query(kRead));
  BOOST_TEST(two.heard(1).starts_with(kDiscard));
}

BOOST_AUTO_TEST_CASE(once_somebody_reads_whoever_may_have_a_value_keeps_the_server) {
  for (const auto& make : {query(kInsert), statement(kInsert) + sync(), query("SELECT nextval('s')")}) {
    for (const std::string end : {"DISCARD SEQUENCES", "DISCARD ALL"}) {
      Play play(one_pool(2));
      auto& ann = play.log_in();
      auto& bob = play.log_in();
      (void)bob.ask(kRead);
      (void)ann.send(make).hears();
      BOOST_TEST(!is_free(play));
      BOOST_TEST(play.log_text().contains("reason=\"sequence value\""), play.log_text());
      BOOST_TEST(ann.ask(kRead) == kHasRead);
      BOOST_TEST(ann.ask(end) == "C(" + end + ") Z(I)");
      BOOST_TEST(is_free(play));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_discard_does_not_end_what_comes_behind_it) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  (void)ann.ask(kRead);
  (void)ann.ask("DISCARD SEQUENCES; SELECT nextval('s')");
  BOOST_TEST(!is_free(play));
  (void)ann.send(query("DISCARD SEQUENCES") + query(kInsert)).hears();
  BOOST_TEST(!is_free(play));
  ann.send(terminate());
  BOOST_TEST(play.server_heard(1).ends_with("Q(DISCARD ALL)"));
}

BOOST_AUTO_TEST_CASE(policies) {
  Play pinning(pool_with(config::SequencePolicy::Pin));
  (void)pinning.log_in().ask(kInsert);
  BOOST_TEST(!is_free(pinning));

  Play ignoring(pool_with(config::SequencePolicy::Ignore));
  auto& ann = ignoring.log_in();
  (void)ignoring.log_in().ask(kInsert);
  BOOST_TEST(ann.ask(kRead) == kHasRead);
  BOOST_TEST(ann.ask(kInsert) == kInserted);
  BOOST_TEST(is_free(ignoring));
  BOOST_TEST(!ignoring.server_heard(1).contains("DISCARD"));

  Play refusing(pool_with(config::SequencePolicy::Reject));
  auto& bob = refusing.log_in();
  BOOST_TEST(bob.ask(kRead) == "E(0A000 lastval and currval are not allowed in this pool) Z(I)");
  BOOST_TEST(bob.ask(kInsert) == kInserted);
  BOOST_TEST(is_free(refusing));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
