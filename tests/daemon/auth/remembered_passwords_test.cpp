#include "daemon/auth/remembered_passwords.h"

#include <boost/test/unit_test.hpp>

namespace howdah::auth {

namespace {

using protocol::SecretText;
using namespace std::chrono_literals;

const RememberedPasswords::TimePoint kStart = RememberedPasswords::TimePoint{} + 1h;
const DatabaseUser kAnn{.database = "shop", .user = "ann"};
const protocol::ScramVerifier kVerifier{.challenge = {.iterations = 1, .salt = "salt"}, .keys = {}};

std::string password_of(const RememberedPasswords& remembered, const DatabaseUser& name) {
  const auto password = remembered.password(name);
  return password ? std::string(password->view()) : "none";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(remembered_passwords)

BOOST_AUTO_TEST_CASE(a_verifier_holds_up_to_its_time_and_a_password_beyond) {
  RememberedPasswords remembered;
  BOOST_TEST(!remembered.verifier(kAnn, kStart).has_value());
  const auto generation = remembered.keep(kAnn, SecretText("secret"), kStart);
  BOOST_TEST(!remembered.verifier(kAnn, kStart).has_value());
  remembered.keep_verifier(kAnn, generation, kVerifier, kStart + 60s);
  BOOST_TEST(remembered.verifier(kAnn, kStart + 59s).has_value());
  BOOST_TEST(!remembered.verifier(kAnn, kStart + 60s).has_value());
  BOOST_TEST(password_of(remembered, kAnn) == "secret");
  BOOST_TEST(password_of(remembered, {.database = "other", .user = "ann"}) == "none");
}

BOOST_AUTO_TEST_CASE(a_verifier_that_comes_late_is_dropped) {
  RememberedPasswords remembered;
  const auto first = remembered.keep(kAnn, SecretText("first"), kStart);
  remembered.keep(kAnn, SecretText("second"), kStart);
  remembered.keep_verifier(kAnn, first, kVerifier, kStart + 60s);
  BOOST_TEST(!remembered.verifier(kAnn, kStart).has_value());
  BOOST_TEST(password_of(remembered, kAnn) == "second");
}

BOOST_AUTO_TEST_CASE(what_the_backend_refuses_is_forgotten_with_its_verifier) {
  RememberedPasswords remembered;
  remembered.keep_verifier(kAnn, remembered.keep(kAnn, SecretText("secret"), kStart), kVerifier, kStart + 60s);
  BOOST_TEST(remembered.forget(kAnn, SecretText("an older one")));
  BOOST_TEST(password_of(remembered, kAnn) == "secret");
  BOOST_TEST(!remembered.forget(kAnn, SecretText("secret")));
  BOOST_TEST(password_of(remembered, kAnn) == "none");
  BOOST_TEST(!remembered.verifier(kAnn, kStart).has_value());
  BOOST_TEST(!remembered.forget(kAnn, SecretText("secret")));
}

BOOST_AUTO_TEST_CASE(the_oldest_makes_room) {
  RememberedPasswords remembered(2);
  for (int number = 0; number < 3; ++number) {
    const auto name = std::to_string(number);
    remembered.keep({.database = "shop", .user = name}, SecretText(name), kStart + number * 1s);
  }
  BOOST_TEST(password_of(remembered, {.database = "shop", .user = "0"}) == "none");
  BOOST_TEST(password_of(remembered, {.database = "shop", .user = "1"}) == "1");
  BOOST_TEST(password_of(remembered, {.database = "shop", .user = "2"}) == "2");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
