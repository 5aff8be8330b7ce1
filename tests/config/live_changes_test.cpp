#include "config/live_changes.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

namespace howdah::config {

namespace {

using Paths = std::vector<std::string>;

Settings base() {
  Settings settings;
  settings.listen = {"127.0.0.1:6432"};
  settings.databases["shop"] = {.name = "shop", .backend = "host=db", .pool = {}};
  settings.users["ann"] = {.name = "ann", .password = "secret", .pool_mode = {}};
  settings.auth = {AuthRule{}};
  return settings;
}

std::string error_of(std::string_view path, const std::string& text) {
  const auto changed = with_option(base(), path, text);
  return changed ? "" : changed.error();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(live_changes_of_settings)

BOOST_AUTO_TEST_CASE(what_can_change_does_and_the_rest_is_named) {
  auto wanted = base();
  wanted.workers = 3;
  wanted.user = "howdah";
  wanted.listen = {"127.0.0.1:6433"};
  wanted.client.tcp_nodelay = false;
  wanted.log.level = LogLevel::Debug;
  wanted.client.max_connections = 7;
  wanted.databases["shop"].pool.max_size = 5;
  wanted.databases["shop"].backend = "host=other";
  wanted.databases["new"] = {.name = "new", .backend = "host=db", .pool = {}};
  wanted.databases["shop"].pool.state.listen = ListenPolicy::Pin;
  wanted.users["ann"].password = "another";
  wanted.users["ann"].max_clients = 9;
  const auto changes = live_changes(base(), wanted);
  BOOST_TEST((changes.added == Paths{"databases.new"}));
  BOOST_TEST(changes.removed.empty());
  BOOST_TEST((changes.changed == Paths{"client.max_connections", "databases.shop.pool.max_size", "listen", "log.level",
                                       "users.ann.max_clients"}));
  BOOST_TEST((changes.replaced == Paths{"client.tcp_nodelay", "databases.shop.backend",
                                        "databases.shop.pool.state.listen", "users.ann.password"}));
  BOOST_TEST((changes.need_restart == Paths{"user", "workers"}));
  BOOST_TEST(changes.has_other_entries());
  BOOST_TEST(changes.settings.client.max_connections == 7);
  BOOST_TEST(changes.settings.databases.at("shop").pool.max_size == 5);
  BOOST_TEST(changes.settings.users.at("ann").max_clients == 9);
  BOOST_TEST(changes.settings.workers == 0);
  BOOST_TEST(changes.settings.databases.at("shop").backend == "host=other");
  BOOST_TEST((changes.settings.databases.at("shop").pool.state.listen == ListenPolicy::Pin));
  BOOST_TEST(changes.settings.listen.front() == "127.0.0.1:6433");
  BOOST_TEST(!changes.settings.client.tcp_nodelay);
  BOOST_TEST(changes.settings.user.empty());
  BOOST_TEST(*changes.settings.users.at("ann").password == "another");
  BOOST_TEST(changes.settings.databases.at("new").backend == "host=db");
}

BOOST_AUTO_TEST_CASE(entries_that_go_are_named_once) {
  auto wanted = base();
  wanted.databases.clear();
  wanted.users.clear();
  wanted.databases["shops"] = {.name = "shops", .backend = "host=db", .pool = {}};
  const auto changes = live_changes(base(), wanted);
  BOOST_TEST((changes.added == Paths{"databases.shops"}));
  BOOST_TEST((changes.removed == Paths{"databases.shop", "users.ann"}));
  BOOST_TEST(changes.changed.empty());
  BOOST_TEST(changes.replaced.empty());
  BOOST_TEST(changes.need_restart.empty());
  BOOST_TEST(!changes.settings.databases.contains("shop"));
  BOOST_TEST(changes.settings.users.empty());
}

BOOST_AUTO_TEST_CASE(rules_and_maps_change_as_a_whole) {
  auto wanted = base();
  wanted.auth.push_back(AuthRule{.method = AuthMethod::Reject});
  wanted.ident_maps["people"] = {IdentMapping{}, IdentMapping{}};
  const auto changes = live_changes(base(), wanted);
  BOOST_TEST((changes.changed == Paths{"auth", "ident_maps.people"}));
  BOOST_TEST(changes.need_restart.empty());
  BOOST_TEST(changes.settings.auth.size() == 2u);
  BOOST_TEST(changes.settings.ident_maps.contains("people"));
  const auto back = live_changes(wanted, base());
  BOOST_TEST((back.changed == Paths{"auth", "ident_maps.people"}));
  BOOST_TEST(back.settings.auth.size() == 1u);
  BOOST_TEST(back.settings.ident_maps.empty());
}

BOOST_AUTO_TEST_CASE(nothing_changed_is_nothing_to_tell) {
  const auto changes = live_changes(base(), base());
  BOOST_TEST(changes.is_empty());
  BOOST_TEST(!changes.has_other_entries());
  BOOST_TEST(changes.need_restart.empty());
}

BOOST_AUTO_TEST_CASE(an_option_is_set_by_its_path) {
  BOOST_TEST(with_option(base(), "client.idle_timeout", "90s")->client.idle_timeout.count() == 90'000);
  BOOST_TEST(with_option(base(), "databases.shop.pool.max_size", "12")->databases.at("shop").pool.max_size == 12);
  BOOST_TEST(with_option(base(), "users.ann.max_clients", "2")->users.at("ann").max_clients == 2);
  BOOST_TEST((with_option(base(), "log.level", "debug")->log.level == LogLevel::Debug));
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_told) {
  BOOST_TEST(error_of("workers", "3") == "workers cannot be changed while howdah runs: it needs a restart");
  BOOST_TEST(error_of("databases.shop.backend", "host=x") ==
             "databases.shop.backend cannot be set: change the configuration, and reload it");
  BOOST_TEST(error_of("listen", ":1") == "listen cannot be set: change the configuration, and reload it");
  BOOST_TEST(error_of("log.levels", "debug") == "there is no option \"log.levels\": perhaps log.level");
  BOOST_TEST(error_of("auth[1].method", "trust") ==
             "auth[1].method cannot be set: change the configuration, and reload it");
  BOOST_TEST(error_of("query_timeout", "5").ends_with(": perhaps databases.shop.pool.query_timeout"));
  BOOST_TEST(error_of("databases.<name>.pool.max_size", "5").starts_with("there is no option"));
  BOOST_TEST(error_of("databases.other.pool.max_size", "5").starts_with("there is no option"));
  BOOST_TEST(error_of("client.idle_timeout", "soon").starts_with("client.idle_timeout: found \"soon\", expected"));
  BOOST_TEST(!error_of("databases.shop.pool.min_size", "21").empty());  // more than max_size
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
