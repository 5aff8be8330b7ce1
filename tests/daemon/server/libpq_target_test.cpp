#include "daemon/server/libpq_target.h"

#include <boost/test/unit_test.hpp>

namespace howdah::server {

namespace {

using protocol::SecretText;

std::string keyword(const BackendTarget& target, const std::string& name) {
  return value_of(read_keywords(target).value(), name);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(libpq_target)

BOOST_AUTO_TEST_CASE(the_target_completes_the_connection_string) {
  const BackendTarget target{
      .connection_string = "host=a", .user = "ann", .database = "shop", .password = SecretText("secret")};
  BOOST_TEST(keyword(target, "user") == "ann");
  BOOST_TEST(keyword(target, "dbname") == "shop");
  BOOST_TEST(keyword(target, "password") == "secret");
  BOOST_TEST(keyword(target, "connect_timeout") == "10");
  BOOST_TEST(keyword(target, "gssencmode") == "disable");
}

BOOST_AUTO_TEST_CASE(what_the_connection_string_says_stays) {
  const BackendTarget target{.connection_string = "host=a user=pool password=own dbname=db connect_timeout=3",
                             .user = "ann",
                             .database = "shop",
                             .password = SecretText("secret")};
  BOOST_TEST(keyword(target, "user") == "pool");
  BOOST_TEST(keyword(target, "dbname") == "db");
  BOOST_TEST(keyword(target, "password") == "own");
  BOOST_TEST(keyword(target, "connect_timeout") == "3");
}

BOOST_AUTO_TEST_CASE(unless_user_and_password_are_those_of_a_trial) {
  const BackendTarget target{.connection_string = "host=a user=pool password=own dbname=db",
                             .user = "ann",
                             .database = "shop",
                             .password = SecretText("secret"),
                             .is_overriding = true};
  BOOST_TEST(keyword(target, "user") == "ann");
  BOOST_TEST(keyword(target, "dbname") == "db");
  BOOST_TEST(keyword(target, "password") == "secret");
}

// They are values, never parts of a string: nothing can be smuggled in.
BOOST_AUTO_TEST_CASE(names_of_clients_say_nothing_else) {
  const BackendTarget target{.connection_string = "host=a",
                             .user = "ann host=evil",
                             .database = "postgresql://evil/x?user=postgres",
                             .password = SecretText("x' host='evil"),
                             .is_overriding = true};
  BOOST_TEST(keyword(target, "host") == "a");
  BOOST_TEST(keyword(target, "user") == "ann host=evil");
  BOOST_TEST(keyword(target, "dbname") == "postgresql://evil/x?user=postgres");
}

BOOST_AUTO_TEST_CASE(all_that_libpq_knows_passes) {
  const BackendTarget target{.connection_string =
                                 "host=a sslmode=verify-full sslcert=/c sslkey=/k sslrootcert=/r "
                                 "channel_binding=require krbsrvname=k passfile=/p service=s"};
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"sslmode", "verify-full"},
                                                                                    {"sslcert", "/c"},
                                                                                    {"sslkey", "/k"},
                                                                                    {"sslrootcert", "/r"},
                                                                                    {"channel_binding", "require"},
                                                                                    {"krbsrvname", "k"},
                                                                                    {"passfile", "/p"},
                                                                                    {"service", "s"}}) {
    BOOST_TEST(keyword(target, name) == value);
  }
  BOOST_TEST(keyword(target, "connect_timeout").empty());  // the service may say it
}

BOOST_AUTO_TEST_CASE(keys_go_in_place_of_a_password) {
  const BackendTarget target{.connection_string = "host=a",
                             .scram_client_key = SecretText("client"),
                             .scram_server_key = SecretText("server")};
  BOOST_TEST(keyword(target, "scram_client_key") == "client");
  BOOST_TEST(keyword(target, "scram_server_key") == "server");
  BOOST_TEST(keyword(target, "password").empty());
}

BOOST_AUTO_TEST_CASE(errors_of_a_log_in_keep_their_code_where_they_have_one) {
  const auto own = read_login_error("connection to server at \"a\" failed: FATAL:  28P01: wrong\nLOCATION:  x\n");
  BOOST_TEST(own.sqlstate == "28P01");
  BOOST_TEST(own.message == "wrong");
  for (const auto* text : {"FATAL:  no code", "FATAL:  ", "FATAL:  28P0", "nothing at all", ""}) {
    BOOST_TEST(read_login_error(text).sqlstate == "08001");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
