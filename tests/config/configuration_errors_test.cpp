// What is said about a wrong configuration.
#include <boost/test/unit_test.hpp>

#include "fake_outside.h"

namespace howdah::config {

namespace {

// A pool of the database "x", its text in line 3.
std::string pool(const std::string& options) {
  return kListen + "databases: {x: {backend: host=a,\n  pool: {" + options + "}}}\n";
}

struct Case {
  std::string yaml;
  std::string said;
};

void check(const std::vector<Case>& cases) {
  for (const auto& [yaml, said] : cases) {
    BOOST_TEST_CONTEXT(yaml) {
      BOOST_TEST(said_of(yaml) == "f.yaml:" + said);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(configuration_errors)

BOOST_AUTO_TEST_CASE(all_mistakes_are_told_at_once_in_the_order_of_lines) {
  BOOST_TEST(said_of("databases:\n"
                     "  a:\n"
                     "    backend: host=a\n"
                     "    pool:\n"
                     "      max_sice: 3\n"
                     "      min_size: x\n"
                     "      mode: trans\n"
                     "workers: 0\n"
                     "auth: [{from: nowhere, method: trust}]\n") ==
             "f.yaml:1: listen: found nothing, expected a list of host:port, [address]:port, :port, unix:/folder or "
             "unix:/folder:port\n"
             "f.yaml:5: databases.a.pool.max_sice: found an unknown key, expected max_size\n"
             "f.yaml:6: databases.a.pool.min_size: found \"x\", expected a whole number from 0 to 10000\n"
             "f.yaml:7: databases.a.pool.mode: found \"trans\", expected transaction, session or statement\n"
             "f.yaml:8: workers: found 0, expected auto or a whole number from 1 to 64\n"
             "f.yaml:9: auth[1].from: found \"nowhere\", expected any, local, an address or a network such as "
             "10.0.0.0/8");
}

BOOST_AUTO_TEST_CASE(an_empty_file_lacks_the_listen_addresses_and_the_databases) {
  const auto said = problems_of("");
  BOOST_REQUIRE(said.size() == 2U);
  BOOST_TEST(said[0].find(" listen: found nothing") != std::string::npos);
  BOOST_TEST(said[1] == "f.yaml:1: databases: found nothing, expected at least one database");
}

BOOST_AUTO_TEST_CASE(counts_have_a_range) {
  check(
      {{pool("max_size: many"),
        "3: databases.x.pool.max_size: found \"many\", expected a whole number from 1 to 10000"},
       {pool("max_size: -1"), "3: databases.x.pool.max_size: found -1, expected a whole number from 1 to 10000"},
       {pool("max_size: 0"), "3: databases.x.pool.max_size: found 0, expected a whole number from 1 to 10000"},
       {pool("max_size: 10001"), "3: databases.x.pool.max_size: found 10001, expected a whole number from 1 to 10000"},
       {pool("max_size: 1.5"), "3: databases.x.pool.max_size: found \"1.5\", expected a whole number from 1 to 10000"},
       {pool("max_size:"), "3: databases.x.pool.max_size: found nothing, expected a whole number from 1 to 10000"},
       {pool("max_size: [1]"), "3: databases.x.pool.max_size: found a list, expected a whole number from 1 to 10000"}});
}

BOOST_AUTO_TEST_CASE(times_need_a_unit_that_exists) {
  const std::string expected = ", expected a time in ms, s, min, h or d from 0 to 365d, such as 30s";
  check({{pool("acquire_timeout: 5 parsecs"), "3: databases.x.pool.acquire_timeout: found \"5 parsecs\"" + expected},
         {pool("acquire_timeout: 30"), "3: databases.x.pool.acquire_timeout: found 30" + expected},
         {pool("acquire_timeout: -1s"), "3: databases.x.pool.acquire_timeout: found \"-1s\"" + expected},
         {pool("acquire_timeout: 366d"), "3: databases.x.pool.acquire_timeout: found \"366d\"" + expected}});
  BOOST_TEST(said_of(pool("retry_min: 0")).find("from 1ms to 365d") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(sizes_flags_and_words_tell_what_they_take) {
  check({{pool("cleanup_bytes: 1 KB"),
          "3: databases.x.pool.cleanup_bytes: found \"1 KB\", expected a size in B, kB, MB or GB (1kB is "
          "1024B) up to "
          "1TB, such as 16MB"},
         {kLeast + "log: {connections: maybe}", "3: log.connections: found \"maybe\", expected true or false"},
         {kLeast + "log: {level: INFO}", "3: log.level: found \"INFO\", expected debug, info, warning or error"},
         {kLeast + "log: {format: xml}", "3: log.format: found \"xml\", expected text or json"},
         {kLeast + "users: {u: {pool_mode: x}}",
          "3: users.u.pool_mode: found \"x\", expected transaction, session or statement"},
         {kLeast + "auth: [{method: gss}]",
          "3: auth[1].method: found \"gss\", expected scram-sha-256, md5, password, trust, reject, cert, peer, pam, "
          "ldap or backend"}});
}

BOOST_AUTO_TEST_CASE(workers_are_counted_or_auto) {
  check({{kLeast + "workers: 65", "3: workers: found 65, expected auto or a whole number from 1 to 64"},
         {kLeast + "workers: -1", "3: workers: found -1, expected auto or a whole number from 1 to 64"},
         {kLeast + "workers: many", "3: workers: found \"many\", expected auto or a whole number from 1 to 64"}});
}

BOOST_AUTO_TEST_CASE(a_misspelt_key_is_met_with_the_nearest_else_with_its_place_else_with_all) {
  check({{kLeast + "database: {}", "3: database: found an unknown key, expected databases"},
         {kLeast + "max_size: 3", "3: max_size: found an unknown key, expected it in databases.<name>.pool"},
         {kLeast + "log: {colour: red}",
          "3: log.colour: found an unknown key, expected one of level, format, connections, slow_transaction, "
          "slow_statement"},
         {kLeast + "admin.listen: ':9'",
          "3: admin.listen: found an unknown key, expected one of listen, workers, reload_interval, shutdown_timeout, "
          "instance, "
          "peers_secret, user_list, hba_file, ident_file, user, core_dumps, drain, takeover, peers, admin, log, "
          "statements, "
          "client, databases, users, "
          "ident_maps, auth"},
         {kLeast + "'databases.<name>.backend': x",
          "3: databases.<name>.backend: found an unknown key, expected one of listen, workers, reload_interval, "
          "shutdown_timeout, "
          "instance, peers_secret, user_list, hba_file, ident_file, user, core_dumps, drain, takeover, peers, admin, "
          "log, "
          "statements, client, databases, users, "
          "ident_maps, auth"}});
}

BOOST_AUTO_TEST_CASE(a_key_that_comes_twice_is_an_error) {
  check({{kLeast + "workers: 1\nworkers: 1", "4: workers: found the key again, expected it once; it stands in line 3"},
         {kListen + "databases:\n  x: {backend: host=a}\n  x: {backend: host=b}\n",
          "4: databases.x: found the key again, expected it once; it stands in line 3"},
         {pool("mode: session, mode: session"),
          "3: databases.x.pool.mode: found the key again, expected it once; it stands in line 3"}});
}

BOOST_AUTO_TEST_CASE(a_value_in_place_of_a_section_and_the_other_way_round_are_told) {
  check({{kLeast + "log: [info]",
          "3: log: found a list, expected a section with the keys level, format, connections, slow_transaction, "
          "slow_statement"},
         {kLeast + "users: [a]", "3: users: found a list, expected a section with one key for each name"},
         {kLeast + "auth: {method: trust}", "3: auth: found a section, expected a list"},
         {kLeast + "auth: [trust]",
          "3: auth[1]: found a text, expected a section with the keys from, tls, databases, users, method, map, "
          "client_certificate, certificate_name, pam_service, ldap"},
         {kLeast + "workers: {a: b}", "3: workers: found a section, expected auto or a whole number from 1 to 64"},
         {kLeast + "admin: {users: [[a]]}", "3: admin.users: found a list, expected a list of names"}});
  BOOST_TEST(said_of("just a text").starts_with("f.yaml:1: found a text, expected a section with the keys listen, "));
}

BOOST_AUTO_TEST_CASE(listen_addresses_are_valid_and_given_once) {
  check({{kDatabases + "listen: [':1', nowhere, '::1:5']",
          "2: listen: found \"nowhere\", expected host:port or unix:/folder\n"
          "f.yaml:2: listen: found \"::1:5\", expected an IPv6 address in brackets: [address]:port"},
         {kDatabases + "listen: [':1', '*:1']", "2: listen: found \"*:1\" again, expected each address once"},
         {kLeast + "admin: {listen: '127.0.0.1:6432'}",
          "3: admin.listen: found \"127.0.0.1:6432\" again, expected each address once"},
         {kLeast + "admin: {listen: 'unix:/run'}",
          "3: admin.listen: found \"unix:/run\", expected host:port, [address]:port or :port"}});
}

BOOST_AUTO_TEST_CASE(what_the_kernel_would_not_take_for_a_socket_is_told) {
  check(
      {{kLeast + "client: {tcp_keepalives_idle: 12h}",
        "3: client.tcp_keepalives_idle: found \"12h\", expected a time in ms, s, min, h or d from 0 to 32767s, such as "
        "30s"},
       {kLeast + "client: {tcp_keepalives_count: 128}",
        "3: client.tcp_keepalives_count: found 128, expected a whole number from 0 to 127"},
       {kLeast + "client: {tcp_socket_buffer: 2GB}",
        "3: client.tcp_socket_buffer: found \"2GB\", expected a size in B, kB, MB or GB (1kB is 1024B) up to 1GB, such "
        "as 16MB"}});
}

BOOST_AUTO_TEST_CASE(the_least_is_not_above_the_most) {
  check({{pool("min_size: 30"), "3: databases.x.pool.min_size: found 30, expected at most max_size, which is 20"},
         {pool("retry_min: 20s"), "3: databases.x.pool.retry_min: found 20s, expected at most retry_max, which is 15s"},
         {pool("retry_max: 1ms"),
          "3: databases.x.pool.retry_min: found 100ms, expected at most retry_max, which is 1ms"}});
}

BOOST_AUTO_TEST_CASE(a_value_that_is_wrong_itself_is_not_compared) {
  BOOST_TEST(problems_of(pool("min_size: 30, max_size: x")).size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_database_needs_a_backend_that_libpq_takes) {
  const FakeOutside world{.bad_backends = {{"hosst=a", R"(invalid connection option "hosst")"}}};
  BOOST_TEST(said_of(kListen + "databases:\n  x: {backend: hosst=a}\n", world) ==
             "f.yaml:3: databases.x.backend: found a text that libpq does not take (invalid connection option "
             "\"hosst\"), expected a libpq connection string or URI");
  check({{kListen + "databases:\n  x:\n",
          "3: databases.x.backend: found nothing, expected a libpq connection string or URI"},
         {kListen + "databases:\n  x: {backend: ''}\n",
          "3: databases.x.backend: found \"\", expected a libpq connection string or URI"}});
}

BOOST_AUTO_TEST_CASE(the_names_of_the_console_are_no_databases) {
  for (const std::string name : {"howdah", "pgbouncer"}) {
    BOOST_TEST(said_of(kListen + "databases:\n  " + name + ": {backend: host=a}\n") ==
               "f.yaml:3: databases." + name + ": found the name of the console, expected another name");
  }
}

BOOST_AUTO_TEST_CASE(names_are_not_empty) {
  check({{kLeast + "users: {'': {}}", "3: users: found an empty name, expected a name"},
         {kLeast + "admin: {users: ['']}", "3: admin.users: found \"\", expected a list of names"}});
}

BOOST_AUTO_TEST_CASE(a_rule_says_its_method) {
  check({{kLeast + "auth:\n  - {method: trust}\n  - {from: any}\n",
          "5: auth[2].method: found nothing, expected scram-sha-256, md5, password, trust, reject, cert, peer, pam, "
          "ldap or backend"}});
}

BOOST_AUTO_TEST_CASE(what_is_not_yaml_is_told_with_file_and_line) {
  check({{"listen: [", "1: listen: found what is not YAML (end of sequence flow not found), expected YAML"},
         {kListen + "databases:\n  x: {backend: a}\n    pool: {}\n",
          "4: databases: found what is not YAML (end of map not found), expected YAML"}});
}

BOOST_AUTO_TEST_CASE(no_name_can_forge_a_line_of_the_report) {
  const auto said = said_of(kListen + "databases: {\"x\\nf.yaml:9: y\": {}, \"\\e[31m\": {}}\n");
  BOOST_TEST(said.find("x\\nf.yaml:9") != std::string::npos);
  BOOST_TEST(said.find('\x1b') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(of_very_many_problems_the_first_are_told_and_how_many_more) {
  std::string yaml = kLeast;
  for (int number = 0; number < 1000; ++number) yaml += "key" + std::to_string(number) + ": x\n";
  const auto problems = problems_of(yaml);
  BOOST_REQUIRE(problems.size() == 201U);
  BOOST_TEST(problems.front().starts_with("f.yaml:3: key0: "));
  BOOST_TEST(problems.back() == "f.yaml: and 800 more problems");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
