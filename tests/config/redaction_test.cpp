#include "config/redaction.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

BOOST_AUTO_TEST_SUITE(redaction)

BOOST_AUTO_TEST_CASE(a_connection_string_without_secrets_is_shown_whole) {
  for (const std::string_view text : {"host=a port=5432 dbname=b user=c", "postgresql://127.0.0.1:5432/products",
                                      "postgresql://app@host/db?sslmode=require", "postgres://[::1]:5432", ""}) {
    BOOST_TEST(without_secrets(text) == text);
  }
}

BOOST_AUTO_TEST_CASE(the_password_of_a_uri_is_masked) {
  BOOST_TEST(without_secrets("postgresql://app:hunter2@h/db") == "postgresql://app:****@h/db");
  BOOST_TEST(without_secrets("postgres://app:hunter2@h:5432,i:5433/db") == "postgres://app:****@h:5432,i:5433/db");
}

BOOST_AUTO_TEST_CASE(no_form_of_a_secret_is_shown) {
  for (const std::string_view text :
       {"password=hunter2", "host=a password = 'x hunter2' user=b", "host=a sslpassword=hunter2",
        "host=a oauth_client_secret=hunter2", "host=a scram_client_key=hunter2", "postgresql://h/db?password=hunter2",
        "postgresql://h/db?p%61ssword=hunter2", "postgresql://a:x@hunter2@h/db", "postgresql://a:x/hunter2@h/db",
        "postgresql://a:x?hunter2@h/db", "postgresql://:hunter2@h", "postgresql://a@b:hunter2@h",
        "postgresql://app:x@h/db?user=b&password=hunter2", "password hunter2"}) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(without_secrets(text).find("hunter2") == std::string::npos);
    }
  }
}

BOOST_AUTO_TEST_CASE(words_about_a_connection_string_quote_nothing_where_it_may_hold_a_secret) {
  const std::string message = R"(missing "=" after "hunter2" in connection info string)";
  BOOST_TEST(without_secret_quotes(message, "host=a password=x hunter2").find("hunter2") == std::string::npos);
  BOOST_TEST(without_secret_quotes(R"(bad "hunter2)", "postgresql://a:hunter2@b").find("hunter2") == std::string::npos);
  BOOST_TEST(without_secret_quotes("no quotes", "password=x") == "no quotes");
}

BOOST_AUTO_TEST_CASE(words_about_a_connection_string_without_secrets_stay) {
  const std::string message = R"(invalid connection option "hosst")";
  BOOST_TEST(without_secret_quotes(message, "hosst=a") == message);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
