#include <boost/test/unit_test.hpp>

#include "config/option_table.h"
#include "config/pgbouncer/setting_table.h"
#include "tests/config/pgbouncer/imported.h"

namespace howdah::config {

using pgbouncer::Place;
using pgbouncer::Takes;

namespace {

const FakeOutside kWorld{
    .files = {{"users.txt", "\"app\" \"pw\"\n\"bob\" \"bobs\"\n"}, {"hba", "host all all 0.0.0.0/0 md5\n"}}};

// A value that PgBouncer would take.
std::string some_value(const pgbouncer::SettingRow& row) {
  const std::map<std::string_view, std::string> special{
      {"auth_type", "scram-sha-256"},    {"auth_file", "users.txt"},         {"auth_hba_file", "hba"},
      {"client_tls_sslmode", "disable"}, {"client_tls_protocols", "all"},    {"client_tls_ciphers", "fast"},
      {"server_tls_sslmode", "prefer"},  {"server_tls_protocols", "secure"}, {"unix_socket_dir", "/run/x"}};
  if (const auto found = special.find(row.name); found != special.end()) return found->second;
  switch (row.takes) {
    case Takes::Flag:
      return "1";
    case Takes::Mode:
      return "statement";
    case Takes::Count:
    case Takes::Seconds:
    case Takes::Milliseconds:
    case Takes::Bytes:
      return "7";
    case Takes::Text:
    case Takes::List:
      return "word";
  }
  return "";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pgbouncer_import)

BOOST_AUTO_TEST_CASE(every_setting_alone_gives_what_the_reader_takes) {
  for (const auto& row : pgbouncer::global_settings()) {
    const auto line = std::string(row.name) + " = " + some_value(row);
    BOOST_TEST_CONTEXT(line) {
      BOOST_CHECK_NO_THROW(imported(with_settings(line), kWorld));
    }
  }
}

// Those of servers are in the backend; the others of auth need each other.
BOOST_AUTO_TEST_CASE(every_setting_that_is_named_in_the_table_is_told_of) {
  for (const auto& row : pgbouncer::global_settings()) {
    if (row.place == Place::Special) continue;
    const auto yaml = yaml_of(with_settings(std::string(row.name) + " = " + some_value(row)), kWorld);
    BOOST_TEST(yaml.find(row.name) != std::string::npos, row.name);
    BOOST_TEST(
        (row.place == Place::Nowhere) == (yaml.find("no counterpart: " + std::string(row.name)) != std::string::npos),
        row.name);
  }
}

BOOST_AUTO_TEST_CASE(every_option_that_the_table_names_is_there) {
  for (const auto& row : pgbouncer::global_settings()) {
    if (row.place == Place::File) BOOST_TEST(find_option(row.path) != nullptr, row.path);
    if (row.place == Place::Pool)
      BOOST_TEST(find_option("databases.<name>.pool." + std::string(row.path)) != nullptr, row.path);
  }
}

// What a file that says nothing means there, and would not here.
BOOST_AUTO_TEST_CASE(defaults_that_differ_are_made_explicit) {
  const auto [yaml, settings] = imported(with_settings(""));
  BOOST_CHECK(settings.listen == std::vector<std::string>{"unix:/tmp:6432"});
  BOOST_TEST(settings.client.max_connections == 100);
  const auto& pool = settings.databases.at("x").pool;
  BOOST_CHECK(pool.mode == PoolMode::Session);
  BOOST_TEST(pool.max_size == 20);
  BOOST_TEST(pool.acquire_timeout.count() == 120'000);
  BOOST_TEST(settings.auth.size() == 1);
  BOOST_CHECK(settings.auth.front().method == AuthMethod::Md5);
  for (const auto* const name :
       {"max_client_conn", "pool_mode", "default_pool_size", "query_wait_timeout", "auth_type"}) {
    BOOST_TEST(yaml.find(std::string(name) + " is not set: PgBouncer's default") != std::string::npos, name);
  }
}

// The others are the same in both, so that nothing has to be said of them.
BOOST_AUTO_TEST_CASE(defaults_that_do_not_differ_are_the_same_indeed) {
  const PoolSettings pool;
  const ClientSettings client;
  BOOST_TEST(pool.idle_timeout.count() == 600'000);
  BOOST_TEST(pool.max_lifetime.count() == 3600'000);
  BOOST_TEST(pool.connect_timeout.count() == 15'000);
  BOOST_TEST(pool.retry_max.count() == 15'000);
  BOOST_TEST(pool.acquire_notify.count() == 5000);
  BOOST_TEST(client.login_timeout.count() == 60'000);
  for (const auto time :
       {pool.query_timeout, pool.transaction_timeout, pool.idle_in_transaction_timeout, client.idle_timeout}) {
    BOOST_TEST(time.count() == 0);
  }
  BOOST_TEST(pool.min_size == 0);
  BOOST_TEST(pool.max_clients == 0);
  BOOST_TEST(AdminSettings().stats_period.count() == 60'000);
}

BOOST_AUTO_TEST_CASE(values_come_in_the_units_of_their_options) {
  const auto settings =
      imported(with_settings("max_client_conn = 0x20\nclient_login_timeout = 1.5\nclient_idle_timeout = 90\n"
                             "application_name_add_host = 1\nstats_period = 30\nadmin_users = ann, bob\n"
                             "stats_users = eve\ntcp_keepidle = 30\ntcp_user_timeout = 250\ntcp_keepalive = 0\n"
                             "tcp_socket_buffer = 65536\nverbose = 2\nlog_connections = 0\nlog_disconnections = 0"))
          .settings;
  BOOST_TEST(settings.client.max_connections == 32);
  BOOST_TEST(settings.client.login_timeout.count() == 1500);
  BOOST_TEST(settings.client.idle_timeout.count() == 90'000);
  BOOST_TEST(settings.client.application_name_add_host);
  BOOST_TEST(settings.admin.stats_period.count() == 30'000);
  BOOST_CHECK((settings.admin.users == std::vector<std::string>{"ann", "bob"}));
  BOOST_CHECK((settings.admin.stats_users == std::vector<std::string>{"eve"}));
  BOOST_TEST(settings.client.tcp_keepalives_idle.count() == 30'000);
  BOOST_TEST(settings.client.tcp_user_timeout.count() == 250);
  BOOST_TEST(!settings.client.tcp_keepalive);
  BOOST_TEST(settings.client.tcp_socket_buffer == 65536);
  BOOST_TEST(settings.databases.at("x").pool.tcp_socket_buffer == 65536);
  BOOST_TEST(settings.databases.at("x").backend.find("keepalives=0 keepalives_idle=30 tcp_user_timeout=250") !=
             std::string::npos);
  BOOST_CHECK(settings.log.level == LogLevel::Debug);
  BOOST_TEST(!settings.log.connections);
}

BOOST_AUTO_TEST_CASE(it_listens_where_pgbouncer_does) {
  const auto listen = [](const std::string& lines) { return imported(with_settings(lines)).settings.listen; };
  using Addresses = std::vector<std::string>;
  BOOST_CHECK((listen("listen_addr = 127.0.0.1 , ::1,localhost\nlisten_port = 7000\nunix_socket_dir = /run/p") ==
               Addresses{"127.0.0.1:7000", "[::1]:7000", "localhost:7000", "unix:/run/p:7000"}));
  BOOST_CHECK((listen("listen_addr = *\nunix_socket_dir =") == Addresses{":6432"}));
  BOOST_CHECK((listen("listen_addr = *\nunix_socket_dir = @abstract") == Addresses{":6432"}));
}

BOOST_AUTO_TEST_CASE(tls_for_clients_and_servers) {
  const FakeOutside world{.files = {{"k", ""}}};
  const auto files = "client_tls_cert_file = c\nclient_tls_key_file = k\nclient_tls_ca_file = ca\n";
  const auto tls = [&](const std::string& lines) {
    return imported(with_settings(files + lines), world).settings.client.tls;
  };
  BOOST_CHECK(tls("").mode == TlsMode::Disable);
  BOOST_CHECK(tls("client_tls_sslmode = prefer").mode == TlsMode::Allow);
  BOOST_CHECK(tls("client_tls_sslmode = require").mode == TlsMode::Require);
  BOOST_CHECK(tls("client_tls_sslmode = require").client_certificate == ClientCertificate::None);
  BOOST_CHECK(tls("client_tls_sslmode = verify-full").client_certificate == ClientCertificate::Require);
  BOOST_CHECK(tls("client_tls_sslmode = allow\nclient_tls_protocols = tlsv1.1, tlsv1.2").max_version ==
              TlsVersion::Tls12);
  BOOST_CHECK(tls("client_tls_sslmode = allow\nclient_tls_protocols = tlsv1.3").min_version == TlsVersion::Tls13);
  BOOST_TEST(tls("client_tls_ciphers = HIGH").ciphers == "HIGH");
  BOOST_TEST(tls("client_tls_ciphers = secure").ciphers == TlsSettings().ciphers);
  BOOST_TEST(
      refused(with_settings("client_tls_sslmode = yes")).starts_with("p.ini:4: client_tls_sslmode: found \"yes\""));
  const auto server =
      imported(with_settings("server_tls_sslmode = verify-full\nserver_tls_ca_file = /etc/my ca\n"
                             "server_tls_cert_file = c\nserver_tls_key_file = k\nserver_tls_protocols = secure"));
  BOOST_TEST(server.settings.databases.at("x").backend ==
             "host=h port=5432 sslmode=verify-full sslrootcert='/etc/my ca' sslcert=c sslkey=k "
             "ssl_min_protocol_version=TLSv1.2 "
             "ssl_max_protocol_version=TLSv1.3");
}

BOOST_AUTO_TEST_CASE(settings_of_users) {
  const auto [yaml, settings] = imported(with_settings("auth_file = users.txt\n[users]\nbob = pool_mode=session "
                                                       "max_user_client_connections=3 max_user_connections=2"),
                                         kWorld);
  BOOST_CHECK(settings.users.at("bob").pool_mode == PoolMode::Session);
  BOOST_TEST(settings.users.at("bob").max_clients == 3);
  BOOST_TEST(settings.users.at("bob").password.value() == "bobs");
  BOOST_TEST(yaml.find("no counterpart: max_user_connections of bob") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_told_with_their_file_and_line_and_without_passwords) {
  const FakeOutside world{.files = {{"more.ini", "max_client_con = 5\n"}}};
  const auto said = refused(
      "[databases]\nx = hots=h\ny = host=h password='secret\nhowdah = host=h\n[pgbouncer]\nquery_timeout = "
      "5s\n%include more.ini\n[odd]\na=1\n",
      world);
  BOOST_TEST(said ==
             "p.ini:2: x: found no such key: \"hots\"; is host meant?\n"
             "p.ini:3: y: found password with quotes that do not fit, expected 'value', quotes inside of it doubled\n"
             "p.ini:6: query_timeout: found \"5s\", expected seconds, not below 0\n"
             "more.ini:1: max_client_con: found no such setting of PgBouncer's; is max_client_conn meant?\n"
             "p.ini:9: a: found it in the section \"odd\", expected databases, pgbouncer, users or peers\n"
             "p.ini:4: howdah: found the name of the console, expected another name");
}

BOOST_AUTO_TEST_CASE(keys_that_a_line_of_users_cannot_have) {
  BOOST_TEST(refused(with_settings("[users]\na = pool_mod=session")) ==
             "p.ini:5: a: found no such key: \"pool_mod\"; is pool_mode meant?");
}

BOOST_AUTO_TEST_CASE(what_has_no_counterpart_is_in_no_option) {
  const auto [yaml, settings] = imported(with_settings("server_reset_query = DEALLOCATE ALL\n[peers]\n1 = host=a\n"));
  BOOST_TEST(yaml.find("no counterpart: server_reset_query") != std::string::npos);
  BOOST_TEST(yaml.find("no counterpart: [peers]") != std::string::npos);
  BOOST_TEST(yaml_of(with_settings("server_reset_query = DISCARD ALL")).find("server_reset_query") ==
             std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
