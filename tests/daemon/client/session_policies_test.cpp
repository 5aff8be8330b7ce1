// What a pool does about the state that its clients would leave: carry, pin, reject, ignore.
#include <boost/test/unit_test.hpp>

#include "protocol/state_probe.h"
#include "tests/support/play/two_servers.h"

namespace howdah::tests {

namespace {

using config::SettingsPolicy;

const std::string kAnswer = "T D(1) C(SELECT 1) Z(I)";
const std::string kNoListen = "E(0A000 LISTEN is not allowed in this pool)";
const std::string kNoSettings = "E(0A000 settings that outlast their transaction are not allowed in this pool)";
const std::string kAborted = "E(25P02 current transaction is aborted, commands ignored until end of transaction block)";

config::Settings pool_that(const std::function<void(config::StateSettings&)>& set,
                           config::PoolMode mode = config::PoolMode::Transaction, int size = 1) {
  auto settings = one_pool(size, mode);
  set(pool_of(settings).state);
  return settings;
}

void reject_all(config::StateSettings& state) {
  state.listen = config::ListenPolicy::Reject;
  state.settings = SettingsPolicy::Reject;
  state.prepare = config::StatePolicy::Reject;
}

void ignore_all(config::StateSettings& state) {
  state.listen = config::ListenPolicy::Ignore;
  state.prepare = state.temporary_objects = config::StatePolicy::Ignore;
}

std::size_t idle_count(Play& play) {
  return play.pool().ledger().counts().idle;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_policies)

BOOST_AUTO_TEST_CASE(a_refused_statement_fails_as_any_other_does) {
  struct Case {
    std::string bytes;
    std::string hears;
  };
  const auto begin = query("BEGIN");
  for (const auto& [bytes, hears] : {
           Case{query("LISTEN a"), kNoListen + " Z(I)"},
           Case{query("SET k = 2"), kNoSettings + " Z(I)"},
           Case{query("SELECT 1; LISTEN a"), kNoListen + " Z(I)"},
           Case{query("SET k = 2") + query("SELECT 1"), kNoSettings + " Z(I) " + kAnswer},
           Case{query("PREPARE p AS SELECT 1"), "E(0A000 PREPARE is not allowed in this pool) Z(I)"},
           Case{statement("LISTEN a") + statement("SELECT 1") + sync(), kNoListen + " Z(I)"},
           Case{statement("SELECT 1") + statement("LISTEN a") + statement("SELECT 2") + sync() + query("SELECT 1"),
                "1 2 D(1) C(SELECT 1) " + kNoListen + " Z(I) " + kAnswer},
           Case{parse("a", "LISTEN a") + sync() + run_named("a") + sync(),
                kNoListen + " Z(I) E(26000 prepared statement \"a\" does not exist) Z(I)"},
           Case{begin + query("LISTEN a") + query("SELECT 1") + query("COMMIT"),
                "C(BEGIN) Z(T) " + kNoListen + " Z(E) " + kAborted + " Z(E) C(ROLLBACK) Z(I)"},
           Case{begin + query("LISTEN a") + query("LISTEN a") + query("ROLLBACK"),
                "C(BEGIN) Z(T) " + kNoListen + " Z(E) " + kAborted + " Z(E) C(ROLLBACK) Z(I)"},
           Case{begin + statement("SET k = 2") + sync() + query("ROLLBACK"),
                "C(BEGIN) Z(T) " + kNoSettings + " Z(E) C(ROLLBACK) Z(I)"},
       }) {
    for (const bool is_deferring : {false, true}) {
      for (const auto portion : {FakeSocket::kAll, std::size_t{1}}) {
        auto settings = pool_that(reject_all);
        pool_of(settings).defer_begin = is_deferring;
        Play play(settings);
        play.portion = portion;
        auto& ann = play.log_in();
        BOOST_TEST(ann.send(bytes).hears() == hears, bytes);
        BOOST_TEST(idle_count(play) == 1U);
        BOOST_TEST(!play.server_heard(1).contains("LISTEN a"));
        BOOST_TEST(ann.ask("SELECT 1") == kAnswer);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_session_goes_by_what_held_when_it_logged_in) {
  Play play(pool_that([](auto&) {}));
  auto& ann = play.log_in();
  auto settings = play.pool().settings();
  reject_all(settings.state);
  play.pool().adopt(settings, play.pool().target());
  auto& bob = play.log_in();
  BOOST_TEST(bob.ask("LISTEN a") == kNoListen + " Z(I)");
  BOOST_TEST(bob.ask("SET k = 2") == kNoSettings + " Z(I)");
  BOOST_TEST(ann.ask("SET k = 2") == "C(SET) Z(I)");
  settings.state = {};
  play.pool().adopt(settings, play.pool().target());
  auto& eve = play.log_in();
  BOOST_TEST(eve.ask("SET k = 2") == "C(SET) Z(I)");
  BOOST_TEST(bob.ask("SET k = 2") == kNoSettings + " Z(I)");
  BOOST_TEST(idle_count(play) == 1U);
}

BOOST_AUTO_TEST_CASE(what_leaves_nothing_is_served) {
  Play play(pool_that(reject_all));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("RESET k") == "C(RESET) Z(I)");
  BOOST_TEST(ann.ask("SET LOCAL k = 2") == "C(SET) Z(I)");
  BOOST_TEST(ann.ask("SELECT \"howdah_refuses_listens\"") == kNoListen + " Z(I)");  // it asked for it
  BOOST_TEST(ann.send(statement("SELECT 1") + sync()).hears() == "1 2 D(1) C(SELECT 1) Z(I)");
}

BOOST_AUTO_TEST_CASE(what_no_text_shows_ends_its_client_once_it_is_found) {
  Play play(pool_that(reject_all));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  const auto hears = ann.ask("SELECT set_config('k','2',1=2) || ',false)'");
  BOOST_TEST(hears.contains("Z(I) E(FATAL 0A000 settings"), hears);
  BOOST_TEST(ann.is_closed());
  BOOST_TEST(bob.ask("SHOW k") == "T D C(SHOW) Z(I)");
}

BOOST_AUTO_TEST_CASE(none_has_an_effect_in_session_mode) {
  Play play(pool_that(reject_all, config::PoolMode::Session));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("LISTEN a") == "C(LISTEN) Z(I)");
  BOOST_TEST(ann.ask("SET k = 2") == "C(SET) Z(I)");
  ann.send(terminate());
  BOOST_TEST(play.server_heard(1).ends_with("Q(DISCARD ALL)"));
}

BOOST_AUTO_TEST_CASE(what_is_ignored_is_neither_asked_for_nor_kept) {
  Play play(pool_that(ignore_all));
  auto& ann = play.log_in();
  BOOST_TEST(ann.ask("LISTEN a") == "C(LISTEN) Z(I)");
  BOOST_TEST(idle_count(play) == 1U);
  BOOST_TEST(ann.ask("PREPARE p AS SELECT 1") == "C(PREPARE) Z(I)");
  BOOST_TEST(idle_count(play) == 1U);
  ann.send(terminate());
  BOOST_TEST(!play.server_heard(1).contains("howdah"));
  BOOST_TEST(idle_count(play) == 1U);
}

BOOST_AUTO_TEST_CASE(settings_that_pin_do_so_until_they_are_what_they_were) {
  for (const std::string undo : {"RESET k", "SET k = 1", "DISCARD ALL"}) {
    Play play(pool_that([](auto& state) { state.settings = SettingsPolicy::Pin; }));
    auto& ann = play.log_in("app", "shop", {{"k", "1"}});
    BOOST_TEST(ann.ask("SET k = 2") == "C(SET) Z(I)");
    BOOST_TEST(idle_count(play) == 0U);
    BOOST_TEST(ann.ask("SHOW k") == "T D(2) C(SHOW) Z(I)");
    (void)ann.ask(undo);
    BOOST_TEST(ann.ask("SHOW k") == "T D(1) C(SHOW) Z(I)", undo);
    BOOST_TEST(idle_count(play) == 1U, undo);
  }
}

BOOST_AUTO_TEST_CASE(a_client_that_is_pinned_for_its_settings_leaves_a_clean_server) {
  Play play(pool_that([](auto& state) { state.settings = SettingsPolicy::Pin; }));
  auto& ann = play.log_in();
  auto& bob = play.log_in();
  (void)ann.ask("SET k = 2");
  ann.send(terminate());
  BOOST_TEST(bob.ask("SHOW k") == "T D C(SHOW) Z(I)");
}

BOOST_AUTO_TEST_CASE(settings_that_are_ignored_last_to_the_end_of_their_transaction) {
  for (const auto& set : {query("SET application_name = 'x'"), statement("SET application_name = 'x'") + sync(),
                          query("SELECT set_config('application_name','x',false)")}) {
    Play play(pool_that([](auto& state) { state.settings = SettingsPolicy::Ignore; }));
    auto& ann = play.log_in("app", "shop", {{"application_name", "start"}});
    auto& bob = play.log_in();
    (void)ann.send(query("BEGIN") + set).hears();
    BOOST_TEST(ann.ask("SHOW application_name") == "T D(x) C(SHOW) Z(T)");
    (void)ann.ask("COMMIT");
    BOOST_TEST(idle_count(play) == 1U);
    BOOST_TEST(bob.ask("SHOW application_name") == "T D C(SHOW) Z(I)");
    BOOST_TEST(ann.ask("SHOW application_name") == "T D(start) C(SHOW) Z(I)");
    BOOST_TEST(!play.server_heard(1).contains(protocol::kProbeMark));
  }
}

BOOST_AUTO_TEST_CASE(the_client_hears_that_an_ignored_setting_went_back) {
  Play play(pool_that([](auto& state) { state.settings = SettingsPolicy::Ignore; }));
  auto& ann = play.log_in("app", "shop", {{"application_name", "start"}});
  BOOST_TEST(ann.ask("SET application_name = 'x'") == "C(SET) S(application_name=x) Z(I) S(application_name=start)");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
