#include "config/access_rules.h"

#include <boost/test/unit_test.hpp>

#include "config/origin.h"

namespace howdah::config {

namespace {

AuthRule rule(std::string_view from, AuthMethod method = AuthMethod::Trust) {
  const auto origin = parse_origin(from).value();
  return {.origin = origin, .method = method};
}

// A client of database "d" as user "u", from an address, or "local".
bool lets_in(const std::vector<AuthRule>& rules, std::string_view from) {
  const auto origin = parse_origin(from).value();
  const ConnectionFacts facts{
      .is_local = origin.kind == Origin::Kind::Local, .address = origin.address, .database = "d", .user = "u"};
  const auto* const found = match_access_rule(rules, facts);
  return found != nullptr && found->method == AuthMethod::Trust;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(access_rules)

BOOST_AUTO_TEST_CASE(any_takes_every_client) {
  for (const auto* from : {"local", "10.0.0.1", "::1"}) BOOST_TEST(lets_in({rule("any")}, from));
}

BOOST_AUTO_TEST_CASE(local_takes_unix_sockets_only) {
  BOOST_TEST(lets_in({rule("local")}, "local"));
  BOOST_TEST(!lets_in({rule("local")}, "127.0.0.1"));
}

BOOST_AUTO_TEST_CASE(an_address_never_takes_a_unix_socket) {
  BOOST_TEST(!lets_in({rule("0.0.0.0/0")}, "local"));
  BOOST_TEST(!lets_in({rule("::/0")}, "local"));
}

BOOST_AUTO_TEST_CASE(a_network_takes_the_addresses_that_share_its_first_bits) {
  BOOST_TEST(lets_in({rule("10.1.0.0/16")}, "10.1.255.255"));
  BOOST_TEST(!lets_in({rule("10.1.0.0/16")}, "10.2.0.0"));
  BOOST_TEST(lets_in({rule("10.128.0.0/9")}, "10.200.1.1"));
  BOOST_TEST(!lets_in({rule("10.128.0.0/9")}, "10.127.255.255"));
  BOOST_TEST(lets_in({rule("10.0.0.5/31")}, "10.0.0.4"));
  BOOST_TEST(lets_in({rule("10.0.0.1")}, "10.0.0.1"));
  BOOST_TEST(!lets_in({rule("10.0.0.1")}, "10.0.0.2"));
  BOOST_TEST(lets_in({rule("fe80::/10")}, "febf::1"));
  BOOST_TEST(!lets_in({rule("fe80::/10")}, "fec0::1"));
}

BOOST_AUTO_TEST_CASE(all_of_one_family_is_none_of_the_other) {
  BOOST_TEST(lets_in({rule("0.0.0.0/0")}, "203.0.113.9"));
  BOOST_TEST(!lets_in({rule("0.0.0.0/0")}, "::1"));
  BOOST_TEST(!lets_in({rule("::/0")}, "127.0.0.1"));
}

BOOST_AUTO_TEST_CASE(every_prefix_length_takes_just_its_addresses) {
  for (int bits = 1; bits <= 32; ++bits) {
    const auto network = rule("170.85.170.85/" + std::to_string(bits));
    for (int bit = 0; bit < 32; ++bit) {
      auto address = network.origin.address;
      const auto byte = static_cast<std::size_t>(bit / 8);
      address[byte] = static_cast<char>(static_cast<unsigned char>(address[byte]) ^ (0x80U >> (bit % 8)));
      const ConnectionFacts facts{.address = address, .database = "d", .user = "u"};
      BOOST_TEST((match_access_rule({network}, facts) != nullptr) == (bit >= bits));
    }
  }
}

BOOST_AUTO_TEST_CASE(names_of_databases_and_users_must_both_fit) {
  auto named = rule("any");
  named.databases = {"a", "d"};
  named.users = {"u"};
  BOOST_TEST(lets_in({named}, "local"));
  named.users = {"U"};
  BOOST_TEST(!lets_in({named}, "local"));
  named.users = {};
  named.databases = {"a"};
  BOOST_TEST(!lets_in({named}, "local"));
}

BOOST_AUTO_TEST_CASE(the_first_rule_that_fits_decides) {
  const std::vector rules{rule("10.0.0.1", AuthMethod::Reject), rule("10.0.0.0/8"), rule("any", AuthMethod::Md5)};
  BOOST_TEST(!lets_in(rules, "10.0.0.1"));
  BOOST_TEST(lets_in(rules, "10.0.0.2"));
  BOOST_TEST(!lets_in(rules, "11.0.0.2"));
}

BOOST_AUTO_TEST_CASE(without_a_rule_that_fits_there_is_none) {
  BOOST_TEST(match_access_rule({}, {.is_local = true, .database = "d", .user = "u"}) == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
