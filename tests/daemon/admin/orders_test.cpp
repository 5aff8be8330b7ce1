// What the console takes for an order, who may give it, and how its outcome is told.
#include <boost/test/unit_test.hpp>
#include <string>
#include <utility>
#include <vector>

#include "daemon/admin/console.h"
#include "daemon/admin/verbs.h"
#include "tests/daemon/stats/fake_source.h"
#include "tests/support/frame_text.h"

namespace howdah::admin {

namespace {

using Kind = Order::Kind;
using Step = Console::Step;

struct Fixture {
  tests::FakeSource source;
  Console console{source, Role::Acts};
  Console stats_console{source, Role::Looks};
  std::string out;

  Step query(Console& asked, std::string_view text) { return asked.on_message('Q', std::string(text) + '\0', out); }
  const Order& order(std::string_view text) {
    BOOST_TEST((query(console, text) == Step::Ordered), text);
    BOOST_TEST(out.empty(), text);
    return console.order();
  }
  std::string told() { return tests::backend_text(std::exchange(out, {})); }
  std::string refused(std::string_view text) {
    BOOST_TEST((query(console, text) == Step::Answered), text);
    return told();
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(console_orders, Fixture)

BOOST_AUTO_TEST_CASE(orders_about_databases) {
  const std::vector<std::pair<std::string, Kind>> verbs{
      {"pause", Kind::Pause}, {"RESUME", Kind::Resume},       {"Disable", Kind::Disable},     {"enable", Kind::Enable},
      {"kill", Kind::Kill},   {"reconnect", Kind::Reconnect}, {"wait_close", Kind::WaitClose}};
  for (const auto& [verb, kind] : verbs) {
    BOOST_TEST((order(verb + " Shop").kind == kind), verb);
    BOOST_TEST(console.order().database == "shop");
    BOOST_TEST(order(verb + " \"Shop One\";").database == "Shop One");
    BOOST_TEST(order(verb + " ('Shop One')").database == "Shop One");
    BOOST_TEST(refused(verb + " shop now") == "E(42601 unknown command \"" + verb + " shop now\") Z(I)");
  }
  for (const auto* verb : {"pause", "resume", "kill", "reconnect", "wait_close"})
    BOOST_TEST(order(verb).database == "");
  for (const auto* verb : {"disable", "enable"}) BOOST_TEST(refused(verb) == "E(42601 a database is required) Z(I)");
}

BOOST_AUTO_TEST_CASE(orders_of_other_kinds) {
  BOOST_TEST((order("reload").kind == Kind::Reload));
  BOOST_TEST(order("kill_client c12").client == 12u);
  BOOST_TEST(order("kill_client 12").client == 12u);
  for (const auto* wrong : {"c", "s12", "c12x", "-1", "99999999999999999999"}) {
    BOOST_TEST(refused(std::string("kill_client ") + wrong).starts_with("E(42601 "), wrong);
  }
  BOOST_TEST((order("shutdown").shutdown == Order::Shutdown::Now));
  BOOST_TEST((order("shutdown wait_for_servers").shutdown == Order::Shutdown::WaitForServers));
  BOOST_TEST((order("SHUTDOWN WAIT_FOR_CLIENTS").shutdown == Order::Shutdown::WaitForClients));
  BOOST_TEST(refused("shutdown now") == "E(42601 unknown command \"shutdown now\") Z(I)");
  BOOST_TEST(refused("suspend") == "E(0A000 SUSPEND is not supported) Z(I)");
}

BOOST_AUTO_TEST_CASE(an_option_is_set_by_its_path) {
  for (const auto* text : {"set databases.*.pool.max_size = 5", "SET databases.\"*\".pool.max_size TO '5'",
                           "set databases.*.pool.max_size=5"}) {
    BOOST_TEST(order(text).option == "databases.*.pool.max_size", text);
    BOOST_TEST(console.order().value == "5", text);
  }
  for (const auto* text : {"set max_size", "set max_size =", "set max_size 5"}) {
    BOOST_TEST(refused(text) == "E(42601 syntax error at end of input) Z(I)", text);
  }
}

BOOST_AUTO_TEST_CASE(the_outcome_is_told_and_the_rest_of_the_query_follows) {
  (void)order("pause shop; show version; resume; show version");
  BOOST_TEST((console.on_outcome({}, out) == Step::Ordered));
  BOOST_TEST(told() == "C(PAUSE) T D(howdah " HOWDAH_VERSION ") C(SHOW)");
  BOOST_TEST((console.order().kind == Kind::Resume));
  const Outcome failed{.errors = {protocol::make_error(protocol::Severity::Error, "08P01", "not paused")},
                       .notices = {protocol::make_error(protocol::Severity::Notice, "00000", "by the way")}};
  BOOST_TEST((console.on_outcome(failed, out) == Step::Answered));
  BOOST_TEST(told() == "N(by the way) E(08P01 not paused) Z(I)");
}

BOOST_AUTO_TEST_CASE(every_verb_that_changes_anything_needs_an_administrator) {
  for (const auto& verb : all_verbs()) {
    const auto text = std::string(verb.word) + " x";
    BOOST_TEST((query(stats_console, text) == Step::Answered), text);
    const bool is_refused = told() == "E(42501 admin access needed) Z(I)";
    BOOST_TEST(is_refused == (verb.needs == Role::Acts), text);
  }
  BOOST_TEST((query(stats_console, "show version; set extra_float_digits = 3") == Step::Answered));
  BOOST_TEST(told() == "T D(howdah " HOWDAH_VERSION ") C(SHOW) C(SET) Z(I)");
}

BOOST_AUTO_TEST_CASE(roles_are_those_of_the_configuration) {
  config::AdminSettings settings;
  settings.users = {"ann"};
  settings.stats_users = {"ann", "bob"};
  BOOST_TEST((role_of("ann", settings) == Role::Acts));
  BOOST_TEST((role_of("bob", settings) == Role::Looks));
  BOOST_TEST(!role_of("eve", settings).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::admin
