// What a right configuration becomes.
#include "config/configuration.h"

#include <boost/test/unit_test.hpp>

#include "fake_outside.h"

namespace howdah::config {

BOOST_AUTO_TEST_SUITE(configuration)

BOOST_AUTO_TEST_CASE(the_least_configuration_has_the_defaults_of_the_settings) {
  const auto settings = settings_of(kLeast);
  BOOST_TEST(settings.workers == Settings().workers);
  BOOST_TEST((settings.shutdown_timeout == Settings().shutdown_timeout));
  BOOST_TEST(settings.admin.listen.empty());
  const auto& database = settings.databases.at("x");
  BOOST_TEST(database.name == "x");
  BOOST_TEST(database.backend == "host=a");
  BOOST_TEST(database.pool.max_size == PoolSettings().max_size);
  BOOST_TEST((database.pool.max_lifetime == PoolSettings().max_lifetime));
}

BOOST_AUTO_TEST_CASE(without_auth_everybody_needs_scram_and_the_rule_is_explicit) {
  for (const auto* auth : {"", "auth: []\n", "auth:\n"}) {
    const auto settings = settings_of(kLeast + auth);
    BOOST_REQUIRE(settings.auth.size() == 1U);
    BOOST_TEST((settings.auth[0].origin.kind == Origin::Kind::Any));
    BOOST_TEST((settings.auth[0].method == AuthMethod::ScramSha256));
    BOOST_TEST(settings.auth[0].databases.empty());
    BOOST_TEST(settings.auth[0].users.empty());
  }
}

BOOST_AUTO_TEST_CASE(options_of_the_top_and_of_sections_are_read) {
  const auto settings = settings_of(kDatabases +
                                    "listen: [':1', 'unix:/run/howdah']\n"
                                    "workers: auto\n"
                                    "shutdown_timeout: 1500ms\n"
                                    "admin: {listen: ':9', users: [a, b]}\n"
                                    "client: {max_connections: 7, login_timeout: 0, tcp_nodelay: no,\n"
                                    "         tcp_keepalives_idle: 90s, tcp_keepalives_count: 3,\n"
                                    "         tcp_user_timeout: 1min, tcp_socket_buffer: 64kB}\n"
                                    "log: {level: error, format: json, connections: no}\n");
  BOOST_TEST((settings.listen == std::vector<std::string>{":1", "unix:/run/howdah"}));
  BOOST_TEST(settings.workers == 0);
  BOOST_TEST((settings.shutdown_timeout == 1500ms));
  BOOST_TEST(settings.admin.listen == ":9");
  BOOST_TEST((settings.admin.users == std::vector<std::string>{"a", "b"}));
  BOOST_TEST(settings.client.max_connections == 7);
  BOOST_TEST((settings.client.login_timeout == 0ms));
  BOOST_TEST(!settings.client.tcp_nodelay);
  BOOST_TEST(settings.client.tcp_keepalive);
  BOOST_TEST((settings.client.tcp_keepalives_idle == 90s));
  BOOST_TEST(settings.client.tcp_keepalives_count == 3);
  BOOST_TEST((settings.client.tcp_user_timeout == 1min));
  BOOST_TEST(settings.client.tcp_socket_buffer == 65536);
  BOOST_TEST((settings.log.level == LogLevel::Error));
  BOOST_TEST((settings.log.format == LogFormat::Json));
  BOOST_TEST(!settings.log.connections);
}

BOOST_AUTO_TEST_CASE(each_database_has_its_own_pool) {
  const auto settings = settings_of(kListen +
                                    "databases:\n"
                                    "  a:\n"
                                    "    backend: host=a\n"
                                    "    pool: {mode: session, min_size: 3, max_size: 3, cleanup_bytes: 1kB,\n"
                                    "           tcp_socket_buffer: 1MB}\n"
                                    "  '*':\n"
                                    "    backend: postgresql://h\n");
  const auto& pool = settings.databases.at("a").pool;
  BOOST_TEST((pool.mode == PoolMode::Session));
  BOOST_TEST(pool.min_size == 3);
  BOOST_TEST(pool.max_size == 3);
  BOOST_TEST(pool.cleanup_bytes == 1024);
  BOOST_TEST(pool.tcp_socket_buffer == 1024 * 1024);
  BOOST_TEST(settings.databases.at("*").backend == "postgresql://h");
  BOOST_TEST((settings.databases.at("*").pool.mode == PoolMode::Transaction));
}

BOOST_AUTO_TEST_CASE(users_have_a_password_a_mode_and_a_limit_or_nothing) {
  const auto settings =
      settings_of(kLeast + "users:\n  a: {password: pw, pool_mode: statement, max_clients: 4}\n  b: {}\n  c:\n");
  const auto& user = settings.users.at("a");
  BOOST_TEST(user.name == "a");
  BOOST_TEST((user.password == "pw"));
  BOOST_TEST((user.pool_mode == PoolMode::Statement));
  BOOST_TEST(user.max_clients == 4);
  BOOST_TEST(!settings.users.at("b").password.has_value());
  BOOST_TEST(!settings.users.at("c").pool_mode.has_value());
}

BOOST_AUTO_TEST_CASE(rules_keep_their_order_and_their_names) {
  const auto settings = settings_of(kLeast +
                                    "auth:\n"
                                    "  - {from: local, method: trust, users: [a, b], databases: x}\n"
                                    "  - {from: 10.0.0.0/8, method: md5}\n"
                                    "  - {method: reject}\n");
  BOOST_REQUIRE(settings.auth.size() == 3U);
  BOOST_TEST((settings.auth[0].origin.kind == Origin::Kind::Local));
  BOOST_TEST((settings.auth[0].users == std::vector<NamePattern>{"a", "b"}));
  BOOST_TEST((settings.auth[0].databases == std::vector<NamePattern>{"x"}));
  BOOST_TEST(settings.auth[1].origin.prefix_bits == 8);
  BOOST_TEST(settings.auth[1].origin.address.size() == 4U);
  BOOST_TEST((settings.auth[1].method == AuthMethod::Md5));
  BOOST_TEST((settings.auth[2].method == AuthMethod::Reject));
}

BOOST_AUTO_TEST_CASE(one_value_may_stand_for_a_list_of_one) {
  const auto settings = settings_of(kDatabases + "listen: ':6432'\nadmin: {users: postgres}\n");
  BOOST_TEST((settings.listen == std::vector<std::string>{":6432"}));
  BOOST_TEST((settings.admin.users == std::vector<std::string>{"postgres"}));
}

BOOST_AUTO_TEST_CASE(sections_may_be_shared_by_an_alias) {
  const auto settings = settings_of(
      kListen + "databases:\n  a: {backend: host=a, pool: &p {max_size: 5}}\n  b: {backend: host=b, pool: *p}\n");
  BOOST_TEST(settings.databases.at("b").pool.max_size == 5);
}

BOOST_AUTO_TEST_CASE(a_section_without_anything_in_it_is_empty) {
  BOOST_TEST(problems_of(kLeast + "admin:\nclient: {}\nlog: ~\nusers:\n").empty());
}

BOOST_AUTO_TEST_CASE(names_may_hold_what_paths_are_made_of) {
  const auto settings = settings_of(kListen + "databases: {'a.b[1]<name>': {backend: host=a}}\n");
  BOOST_TEST(settings.databases.contains("a.b[1]<name>"));
}

BOOST_AUTO_TEST_CASE(ports_of_zero_are_not_the_same_address) {
  BOOST_TEST(problems_of(kDatabases + "listen: ['127.0.0.1:0', '127.0.0.1:0']\n").empty());
}

BOOST_AUTO_TEST_CASE(without_a_file_one_entry_serves_every_database) {
  const FakeOutside world;
  const auto settings = configuration_without_file("host=a", {":1", "unix:/run"}, world.outside()).value();
  BOOST_TEST(settings.databases.size() == 1U);
  BOOST_TEST(settings.databases.at("*").backend == "host=a");
  BOOST_TEST((settings.listen == std::vector<std::string>{":1", "unix:/run"}));
  BOOST_TEST(settings.users.empty());
}

BOOST_AUTO_TEST_CASE(without_a_file_the_same_is_checked) {
  const FakeOutside world{.bad_backends = {{"hosst=a", R"(invalid connection option "hosst")"}}};
  const auto settings = configuration_without_file("hosst=a", {"nowhere", ":1"}, world.outside());
  BOOST_REQUIRE(!settings.has_value());
  std::string said;
  for (const auto& problem : settings.error()) said += problem.message() + "\n";
  BOOST_TEST(said ==
             "command line: --backend: found a text that libpq does not take (invalid connection option \"hosst\"), "
             "expected a libpq connection string or URI\n"
             "command line: --listen: found \"nowhere\", expected host:port or unix:/folder\n");
  BOOST_TEST(!configuration_without_file("host=a", {}, world.outside()).has_value());
  BOOST_TEST(!configuration_without_file("", {":1"}, world.outside()).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
