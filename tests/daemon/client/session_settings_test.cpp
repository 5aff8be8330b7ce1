// Plain SET and RESET commands: they follow their session, and keep no server. (semantics.md, 18)
#include <boost/test/unit_test.hpp>

#include "protocol/state_probe.h"
#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

const std::string kAnswer = "T D(1) C(SELECT 1) Z(I)";
const std::string kSetTwo = "Q(SELECT pg_catalog.set_config('k','2',false)) ";
const std::string kUnset = "Q(SELECT pg_catalog.set_config('k',NULL,false)) ";

bool is_free(Play& play) {
  return play.pool().ledger().counts().idle == play.pool().ledger().counts().connections();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_settings)

BOOST_AUTO_TEST_CASE(what_is_set_goes_in_front_of_the_next_request_on_another_server) {
  for (const auto& content : {query("SET k = 2"), statement("SET k = 2") + sync(), query("set k to '2';")}) {
    TwoServers two;
    (void)two.on(1, content);
    BOOST_TEST(is_free(two.play));
    BOOST_TEST(two.on(1, query("SELECT 1")) == kAnswer);
    (void)two.heard(1);
    BOOST_TEST(two.on(2, query("SELECT 1")) == kAnswer);
    BOOST_TEST(two.heard(2) == kSetTwo + "Q(SELECT 1)");
    BOOST_TEST(two.on(2, query("SELECT 1")) == kAnswer);
    BOOST_TEST(two.heard(2) == "Q(SELECT 1)");
    BOOST_TEST(two.on(1, query("SELECT 1")) == kAnswer);
    BOOST_TEST(two.heard(1).ends_with("Q(SELECT 1)"));
    BOOST_TEST(two.play.script(1).setting("k") == "2");
  }
}

BOOST_AUTO_TEST_CASE(nobody_else_meets_it) {
  TwoServers two;
  (void)two.on(1, query("SET k = 2"));
  BOOST_TEST(two.on(1, two.bob, query("SELECT 1")) == kAnswer);
  BOOST_TEST(two.heard(1).ends_with("Q(SELECT 1)"));
  BOOST_TEST(two.play.script(1).setting("k") == "");
}

BOOST_AUTO_TEST_CASE(who_has_set_the_same_needs_nothing) {
  TwoServers two;
  (void)two.on(1, query("SET k = 2"));
  (void)two.on(2, two.bob, query("SET k = 2"));
  (void)two.heard(1);
  BOOST_TEST(two.on(1, two.bob, query("SELECT 1")) == kAnswer);
  BOOST_TEST(two.on(1, query("SELECT 1")) == kAnswer);
  BOOST_TEST(two.heard(1) == "Q(SELECT 1)");  // the first one was behind what its holder had to undo
}

struct Case {
  std::string bytes;
  std::string hears;
  std::string value;  // of k afterwards, on either server
};

BOOST_AUTO_TEST_CASE(what_lasts_is_told_by_the_answers) {
  const std::string ok = "1 2 C(SET) ";
  const std::string failed = "E(42601 LATE ERROR) Z(I)";
  for (const auto& [bytes, hears, value] : {
           Case{query("BEGIN") + query("SET k = 2") + query("COMMIT"), "C(BEGIN) Z(T) C(SET) Z(T) C(COMMIT) Z(I)", "2"},
           Case{query("BEGIN") + query("SET k = 2") + query("ROLLBACK"), "C(BEGIN) Z(T) C(SET) Z(T) C(ROLLBACK) Z(I)",
                ""},
           Case{statement("SET k = 1") + statement("SET k = 2") + sync(), ok + ok + "Z(I)", "2"},
           Case{statement("SET k = 2") + statement("LATE ERROR") + statement("SET k = 3") + sync(),
                ok + "1 2 " + failed, ""},
           Case{statement("SET k = 2") + sync() + statement("LATE ERROR") + statement("SET k = 3") + sync(),
                ok + "Z(I) 1 2 " + failed, "2"},
           Case{statement("LATE ERROR") + statement("SET k = 3") + sync() + statement("SET k = 2") + sync(),
                "1 2 " + failed + " " + ok + "Z(I)", "2"},
           Case{query("SET k = 2") + query("SET nonsense = 3") + query("SET nonsense = 4"),
                "C(SET) Z(I) E(42704 unrecognized configuration parameter \"nonsense\") Z(I) "
                "E(42704 unrecognized configuration parameter \"nonsense\") Z(I)",
                "2"},
           Case{query("SET k = 3") + query("RESET k"), "C(SET) Z(I) C(RESET) Z(I)", ""},
           Case{parse("a", "SET k = 2") + parse("b", "SET k = 3") + sync() + run_named("b") + run_named("a") + sync(),
                "1 1 Z(I) 2 C(SET) 2 C(SET) Z(I)", "2"},
           Case{parse("a", "SET k = 2") + sync() + run_named("a") + flush() + query("SELECT 1"),
                "1 Z(I) 2 C(SET) T D(1) C(SELECT 1) Z(I)", "2"},
           Case{query("SET k = 2") + query("DISCARD ALL"), "C(SET) Z(I) C(DISCARD ALL) Z(I)", ""},
       }) {
    for (const auto portion : {FakeSocket::kAll, std::size_t{1}}) {
      TwoServers two;
      two.play.portion = portion;
      BOOST_TEST(two.on(1, bytes) == hears, bytes);
      BOOST_TEST(is_free(two.play), bytes);
      for (const std::size_t number : {2U, 1U}) {
        BOOST_TEST(
            two.on(number, query("SHOW k")) == "T D" + (value.empty() ? "" : "(" + value + ")") + " C(SHOW) Z(I)",
            bytes);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_set_whose_client_is_lost_meets_nobody) {
  for (const bool is_answered : {false, true}) {
    Play play(one_pool(1));
    auto& ann = play.log_in();
    auto& bob = play.log_in();
    if (!is_answered) play.script(1).hold();
    ann.send(query("SET k = 2"));
    ann.vanish();
    play.script(1).let_go();
    play.run();
    BOOST_TEST(bob.ask("SHOW k") == "T D C(SHOW) Z(I)");
  }
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_asked_for_and_follows_all_the_same) {
  const auto in_steps = query("BEGIN") + parse("", "SET k = 2") + bind() + sync() + execute() + sync();
  for (const auto& [content, value] :
       {std::pair(query("SELECT 1; SET k = 2"), "(2)"), std::pair(query("SET k = 1") + query("SET role = x"), "(1)"),
        std::pair(parse("", "SET k = 2") + bind("p") + execute("p") + sync(), "(2)"),
        std::pair(in_steps + query("COMMIT"), "(2)"), std::pair(in_steps + query("ROLLBACK"), ""),
        std::pair(query("SET k = 2") + query("SELECT 1; RESET k"), ""),
        std::pair(query("SELECT set_config('k','2',false)"), "(2)")}) {
    TwoServers two;
    (void)two.on(1, content);
    BOOST_TEST(is_free(two.play), content);
    BOOST_TEST(two.heard(1).contains(protocol::kProbeMark), content);
    for (const std::size_t number : {2U, 1U}) {
      const auto answer = std::string("T D") + value + " C(SHOW) Z(I)";
      BOOST_TEST(two.on(number, query("SHOW k")) == answer, content);
      BOOST_TEST(two.on(number, two.bob, query("SHOW k")) == "T D C(SHOW) Z(I)", content);
    }
  }
}

BOOST_AUTO_TEST_CASE(the_client_hears_of_what_it_has_set_and_of_nothing_else) {
  TwoServers two;
  BOOST_TEST(two.on(1, query("SET application_name = 'x'")) == "C(SET) S(application_name=x) Z(I)");
  BOOST_TEST(two.on(2, query("SELECT 1")) == kAnswer);
  BOOST_TEST(two.on(2, two.bob, query("SELECT 1")) == kAnswer);
  BOOST_TEST(two.on(1, query("RESET application_name")) == "C(RESET) S(application_name=) Z(I)");
  BOOST_TEST(two.on(2, query("SELECT 1")) == kAnswer);
}

BOOST_AUTO_TEST_CASE(after_a_reset_it_hears_of_what_it_asked_for_at_its_start) {
  for (const auto* reset : {"RESET application_name", "DISCARD ALL"}) {
    Play play(one_pool(1));
    auto& ann = play.log_in("app", "shop", {{"application_name", "start"}});
    (void)ann.ask("SET application_name = 'x'");
    BOOST_TEST(ann.ask(reset).ends_with(") S(application_name=start) Z(I)"));
    BOOST_TEST(is_free(play));
    BOOST_TEST(ann.ask("SHOW application_name") == "T D(start) C(SHOW) Z(I)");
  }
}

const std::pair<std::string, std::string> kStartName{"application_name", "start"};

BOOST_AUTO_TEST_CASE(what_stands_behind_a_reset_meets_the_settings_of_the_start) {
  const auto show = query("SHOW application_name");
  const std::string shown = " T D(start) C(SHOW) Z(I)";
  const std::string told = " S(application_name=start) Z(I)";
  for (const auto mode : {config::PoolMode::Transaction, config::PoolMode::Session}) {
    for (const auto portion : {FakeSocket::kAll, std::size_t{1}}) {
      for (const auto& [bytes, hears] :
           {std::pair(query("RESET application_name") + show, "C(RESET)" + told + shown),
            std::pair(query("DISCARD ALL") + show, "C(DISCARD ALL)" + told + shown),
            std::pair(statement("RESET application_name") + sync() + show, "1 2 C(RESET)" + told + shown),
            std::pair(statement("DISCARD ALL") + sync() + show, "1 2 C(DISCARD ALL)" + told + shown),
            std::pair(query("SELECT 1; RESET application_name") + show,
                      "T D(1) C(SELECT 1) C(RESET)" + told + shown)}) {
        Play play(one_pool(1, mode));
        play.portion = portion;
        auto& ann = play.log_in("app", "shop", {kStartName});
        (void)ann.ask("SET application_name = 'x'");
        BOOST_TEST(ann.send(bytes).hears() == hears, bytes);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(so_it_does_in_a_transaction_and_what_is_rolled_back_is_as_before) {
  for (const auto mode : {config::PoolMode::Transaction, config::PoolMode::Session}) {
    Play play(one_pool(1, mode));
    auto& ann = play.log_in("app", "shop", {kStartName});
    (void)ann.ask("SET application_name = 'x'");
    (void)ann.ask("BEGIN");
    BOOST_TEST(ann.ask("RESET application_name") == "C(RESET) S(application_name=start) Z(T)");
    BOOST_TEST(ann.ask("SHOW application_name") == "T D(start) C(SHOW) Z(T)");
    BOOST_TEST(play.server_heard(1).contains("Q(SET \"application_name\" = 'start';)"));
    BOOST_TEST(ann.ask("ROLLBACK") == "C(ROLLBACK) S(application_name=x) Z(I)");
    BOOST_TEST(ann.ask("SHOW application_name") == "T D(x) C(SHOW) Z(I)");
  }
}

BOOST_AUTO_TEST_CASE(a_reset_that_fails_or_finds_nothing_to_reset_is_told_as_it_is) {
  for (const auto mode : {config::PoolMode::Transaction, config::PoolMode::Session}) {
    Play play(one_pool(1, mode));
    auto& ann = play.log_in("app", "shop", {kStartName});
    BOOST_TEST(ann.ask("RESET application_name") == "C(RESET) Z(I)");
    BOOST_TEST(ann.ask("RESET nonsense").ends_with("\"nonsense\") Z(I)"));
    (void)ann.ask("BEGIN");
    BOOST_TEST(ann.ask("RESET nonsense").ends_with("\"nonsense\") Z(E)"));
    BOOST_TEST(ann.ask("RESET application_name").ends_with(") Z(E)"));
    (void)ann.ask("ROLLBACK");
    BOOST_TEST(ann.ask("SHOW application_name") == "T D(start) C(SHOW) Z(I)");
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_goes_behind_its_reset_has_its_answer) {
  Play play(one_pool(1));
  auto& ann = play.log_in("app", "shop", {kStartName});
  BOOST_TEST(ann.send(query("RESET ALL") + terminate()).hears().starts_with("C(RESET)"));
  BOOST_TEST(is_free(play));
}

BOOST_AUTO_TEST_CASE(the_list_of_clients_shows_the_name_that_was_set) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  (void)ann.ask("SET application_name = 'x'");
  BOOST_TEST(ann.session()->snapshot().application_name == "x");
}

BOOST_AUTO_TEST_CASE(a_statement_of_the_same_text_is_another_one_behind_another_search_path) {
  TwoServers two;
  const auto parses = [&two](Client& client) {
    (void)two.on(1, client, query("SELECT 2"));
    (void)two.on(1, client, parse("a", "SELECT 1") + sync());
    const auto heard = two.heard(1);
    (void)two.on(1, client, close('S', "a") + sync());
    return heard.contains("P(howdah_");
  };
  BOOST_TEST(parses(two.ann));
  BOOST_TEST(!parses(two.bob));
  (void)two.on(1, two.bob, query("SET search_path = b"));
  BOOST_TEST(parses(two.bob));
  BOOST_TEST(!parses(two.ann));
  (void)two.on(1, query("SET search_path = b"));
  BOOST_TEST(!parses(two.ann));
}

BOOST_AUTO_TEST_CASE(session_mode_keeps_its_server_anyway) {
  Play play(one_pool(1, config::PoolMode::Session));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("SET k = 2") == "C(SET) Z(I)");
  BOOST_TEST(ann.ask("SHOW k") == "T D(2) C(SHOW) Z(I)");
  ann.send(terminate());
  BOOST_TEST(play.server_heard(1) == "Q(SET k = 2) Q(SHOW k) Q(DISCARD ALL)");
}

BOOST_AUTO_TEST_CASE(a_time_limit_below_a_second_is_taken_off_before_others_come) {
  TwoServers two;
  (void)two.on(1, query("SET statement_timeout = 5"));
  BOOST_TEST(two.heard(1).ends_with("Q(SELECT pg_catalog.set_config('statement_timeout',NULL,false))"));
  BOOST_TEST(is_free(two.play));
  (void)two.on(1, query("SET statement_timeout = 5000"));
  BOOST_TEST(two.heard(1).ends_with("Q(SET statement_timeout = 5000)"));
}

BOOST_AUTO_TEST_CASE(a_notification_that_comes_with_the_answer_to_a_probe_is_not_lost) {
  Play play(one_pool(1));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("LISTEN news") == "C(LISTEN) Z(I)");
  play.script(1).on_text = [&play](const std::string& text) {
    std::string notification;
    protocol::MessageWriter(notification, 'A').int32(1).c_string("news").c_string("x");
    if (text.starts_with(protocol::kProbeMark)) play.script(1).say(notification);
  };
  BOOST_TEST(ann.ask("LISTEN more") == "C(LISTEN) Z(I) A(news)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
