#include <boost/test/unit_test.hpp>

#include "tests/config/pgbouncer/imported.h"

namespace howdah::config {

namespace {

const FakeOutside kWorld{
    .files = {{"users.txt", "\"app\" \"it's\"\n\"hashed\" \"md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n\"none\" \"\"\n"}}};

// The entry x of these lines.
DatabaseSettings database(const std::string& line, const std::string& settings = "") {
  return imported(with_databases(line) + "auth_file = users.txt\n" + settings, kWorld).settings.databases.at("x");
}

std::string yaml_for(const std::string& line, const std::string& settings = "") {
  return yaml_of(with_databases(line) + "auth_file = users.txt\n" + settings, kWorld);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pgbouncer_import_databases)

BOOST_AUTO_TEST_CASE(a_line_is_a_backend) {
  BOOST_TEST(database("x =").backend == "host=/tmp port=5432");
  BOOST_TEST(database("x =", "unix_socket_dir = /run/p").backend == "host=/run/p port=5432");
  BOOST_TEST(database("x = host=::1 port=1 dbname='a ''b' user=u password='p\\w'").backend ==
             R"(host=::1 port=1 dbname='a \'b' user=u password='p\\w')");
  BOOST_TEST(database("x = client_encoding=utf8 application_name=a target_session_attrs=read-write").backend ==
             "host=/tmp port=5432 client_encoding=utf8 application_name=a target_session_attrs=read-write");
}

BOOST_AUTO_TEST_CASE(names_are_kept_whatever_they_look_like) {
  const auto settings =
      imported(with_databases(
                   "* = host=a\n\"odd \"\"na: me\" = host=b\ntrue = host=c\n12 = host=d\n-x = host=e\nNo = host=f"))
          .settings;
  for (const auto* const name : {"*", "odd \"na: me", "true", "12", "-x", "No"})
    BOOST_TEST(settings.databases.contains(name), name);
}

BOOST_AUTO_TEST_CASE(the_password_of_a_forced_user_is_that_of_the_list) {
  BOOST_TEST(database("x = user=app").backend == R"(host=/tmp port=5432 user=app password='it\'s')");
  BOOST_TEST(database("x = user=app password=other").backend == "host=/tmp port=5432 user=app password=other");
  BOOST_TEST(database("x = user=hashed").backend == "host=/tmp port=5432 user=hashed");
}

BOOST_AUTO_TEST_CASE(settings_that_servers_are_asked_for) {
  BOOST_TEST(database("x = timezone=Europe/Berlin datestyle='ISO, DMY'").backend ==
             R"(host=/tmp port=5432 options='-c timezone=Europe/Berlin -c datestyle=ISO,\\ DMY')");
  BOOST_TEST(database("x = connect_query='set work_mem to ''1MB''; set search_path = a, \"B\"'").backend ==
             R"(host=/tmp port=5432 options='-c work_mem=1MB -c search_path="a",\\ "B"')");
  BOOST_TEST(database("x = connect_query='select 1'").backend == "host=/tmp port=5432");
  BOOST_TEST(yaml_for("x = connect_query='select 1'").find("no counterpart: connect_query") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(several_hosts_are_told_of) {
  BOOST_TEST(database("x = host=a,b port=1").backend == "host=a,b port=1");
  BOOST_TEST(yaml_for("x = host=a,b").find("PgBouncer takes them in turn") != std::string::npos);
  BOOST_TEST(yaml_for("x = host=a,b load_balance_hosts=disable").find("PgBouncer takes them in turn") ==
             std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_line_says_more_than_the_section) {
  const std::string settings =
      "pool_mode = transaction\ndefault_pool_size = 9\nmin_pool_size = 2\nquery_wait_timeout = 7\nserver_lifetime = "
      "60\n";
  const auto common = database("x = host=h", settings).pool;
  BOOST_CHECK(common.mode == PoolMode::Transaction);
  BOOST_TEST(common.max_size == 9);
  BOOST_TEST(common.min_size == 2);
  BOOST_TEST(common.acquire_timeout.count() == 7000);
  BOOST_TEST(common.max_lifetime.count() == 60'000);
  const auto own = database(
                       "x = pool_mode=statement pool_size=3 min_pool_size=5 query_wait_timeout=1 server_lifetime=2 "
                       "max_db_client_connections=4",
                       settings)
                       .pool;
  BOOST_CHECK(own.mode == PoolMode::Statement);
  BOOST_TEST(own.max_size == 3);
  BOOST_TEST(own.min_size == 3);  // as PgBouncer does it
  BOOST_TEST(own.acquire_timeout.count() == 1000);
  BOOST_TEST(own.max_lifetime.count() == 2000);
  BOOST_TEST(own.max_clients == 4);
  BOOST_TEST(database("x = pool_size=-1", settings).pool.max_size == 9);
}

BOOST_AUTO_TEST_CASE(limits_of_connections) {
  BOOST_TEST(database("x = user=app pool_size=5 max_db_connections=3 min_pool_size=4").pool.max_size == 3);
  BOOST_TEST(database("x = user=app pool_size=5 max_db_connections=3 min_pool_size=4").pool.min_size == 3);
  BOOST_TEST(database("x = pool_size=5 max_db_connections=3").pool.max_size == 5);
  BOOST_TEST(yaml_for("x = pool_size=5 max_db_connections=3").find("no counterpart: max_db_connections = 3") !=
             std::string::npos);
  BOOST_TEST(yaml_for("x = pool_size=5 reserve_pool=2").find("no counterpart: reserve_pool_size = 2") !=
             std::string::npos);
  BOOST_TEST(yaml_for("x = pool_size=5", "reserve_pool_size = 3").find("8 is what PgBouncer's has") !=
             std::string::npos);
  BOOST_TEST(database("x = pool_size=0").pool.max_size == 1);
  BOOST_TEST(yaml_for("x = pool_size=0").find("out of range") != std::string::npos);
  BOOST_TEST(yaml_for("x = pool_size=20000").find("it is 20000 there") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(zeros_that_mean_something_else) {
  BOOST_TEST(database("x =", "server_lifetime = 0").pool.max_lifetime.count() == 1);
  BOOST_TEST(database("x =", "max_prepared_statements = 0").pool.prepared_statements.per_server == 500);
  BOOST_TEST(database("x =", "max_prepared_statements = 100").pool.prepared_statements.per_server == 100);
  BOOST_TEST(database("x =", "server_login_retry = 0.01").pool.retry_max.count() == 10);
  BOOST_TEST(database("x =", "server_login_retry = 0").pool.retry_min.count() == 1);
}

BOOST_AUTO_TEST_CASE(users_are_looked_up_as_there) {
  const auto query = database("x = auth_user=app", "auth_query = select $1").auth_query;
  BOOST_TEST(query.user == "app");
  BOOST_TEST(query.password == "it's");
  BOOST_TEST(query.query == "select $1");
  BOOST_TEST(query.database == "");
  BOOST_TEST(database("x =", "auth_user = asker").auth_query.user == "asker");
  BOOST_TEST(database("x =\ny = dbname=there", "auth_user = asker\nauth_dbname = y").auth_query.database == "there");
  BOOST_TEST(database("x =\ny = host=far", "auth_user = asker\nauth_dbname = y").auth_query.database == "");
  BOOST_TEST(!database("x = auth_query='select 1'").auth_query.is_on());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
