#include "daemon/auth/ldap_check.h"

#include <boost/test/unit_test.hpp>

#include "daemon/auth/ldap_directory.h"

namespace howdah::auth {

namespace {

using config::LdapSettings;

std::string filter(const LdapSettings& settings, const std::string& user) {
  return ldap_filter(settings, user).value_or("none");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ldap_check)

BOOST_AUTO_TEST_CASE(each_server_is_a_uri_in_order) {
  BOOST_TEST(ldap_uris({.servers = {"one", "10.0.0.1"}}) == "ldap://one:389 ldap://10.0.0.1:389");
  BOOST_TEST(ldap_uris({.scheme = LdapSettings::Scheme::Ldaps, .servers = {"one"}}) == "ldaps://one:636");
  BOOST_TEST(ldap_uris({.servers = {"one"}, .port = 1389}) == "ldap://one:1389");
  BOOST_TEST(ldap_uris({.servers = {"::1", "[::1]"}}) == "ldap://[::1]:389 ldap://[::1]:389");
}

BOOST_AUTO_TEST_CASE(a_user_is_searched_for_by_attribute_or_by_filter) {
  BOOST_TEST(filter({}, "ann") == "(uid=ann)");
  BOOST_TEST(filter({.search_attribute = "cn"}, "ann") == "(cn=ann)");
  BOOST_TEST(filter({.search_filter = "(|(uid=$username)(mail=$username))"}, "ann") == "(|(uid=ann)(mail=ann))");
  BOOST_TEST(filter({.search_filter = "(uid=x)"}, "ann") == "(uid=x)");
}

BOOST_AUTO_TEST_CASE(a_name_is_put_into_a_filter_once) {
  BOOST_TEST(filter({.search_filter = "(uid=$username)"}, "$username") == "(uid=$username)");
}

BOOST_AUTO_TEST_CASE(a_name_that_could_change_the_filter_is_refused) {
  for (const auto* user : {"*", "a*", "a)(uid=*", "(", ")", "a\\2a", "a/b"}) {
    BOOST_TEST(filter({}, user) == "none");
    BOOST_TEST(filter({.search_filter = "(uid=$username)"}, user) == "none");
  }
}

BOOST_AUTO_TEST_CASE(an_empty_password_is_refused_before_anybody_is_asked) {
  const config::AuthRule rule{.ldap = {.servers = {"127.0.0.1"}, .port = 1, .prefix = "uid="}};
  const auto answer = make_ldap_check(rule, "ann", protocol::SecretText("")).run();
  BOOST_TEST(!answer.is_right);
  BOOST_TEST(answer.log_detail == "empty password");
}

BOOST_AUTO_TEST_CASE(nobody_gets_in_where_no_server_answers) {
  const config::AuthRule rule{.ldap = {.servers = {"127.0.0.1"}, .port = 1, .prefix = "uid="}};
  const auto answer = make_ldap_check(rule, "ann", protocol::SecretText("secret")).run();
  BOOST_TEST(!answer.is_right);
  BOOST_TEST(answer.log_detail.starts_with("bind: Can't contact LDAP server"));
}

BOOST_AUTO_TEST_CASE(no_name_is_no_way_in) {
  const config::AuthRule rule{.ldap = {.servers = {"127.0.0.1"}, .port = 1}};
  BOOST_TEST(make_ldap_check(rule, "", protocol::SecretText("secret")).run().log_detail == "the entry has no name");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
