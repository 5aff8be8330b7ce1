#include "daemon/auth/secret_cache.h"

#include <boost/test/unit_test.hpp>

namespace howdah::auth {

namespace {

using namespace std::chrono_literals;

const worker::TimePoint kStart = worker::TimePoint{} + 1h;
const LookedUpSecret kKnown{.secret = protocol::PlainSecret{protocol::SecretText("secret")}};

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_cache)

BOOST_AUTO_TEST_CASE(an_answer_is_fresh_then_refreshed_behind_then_gone) {
  SecretCache cache(30s, 60s);
  for (const auto& said : {kKnown, LookedUpSecret()}) {
    cache.put("ann", said, kStart);
    BOOST_TEST(!cache.find("ann", kStart + 29s).value().is_due);
    BOOST_TEST(cache.find("ann", kStart + 30s).value().is_due);
    BOOST_TEST(cache.find("ann", kStart + 89s).value().said.secret.has_value() == said.secret.has_value());
    BOOST_TEST(!cache.find("ann", kStart + 90s).has_value());
  }
}

BOOST_AUTO_TEST_CASE(what_failed_is_asked_for_anew_unless_it_is_of_this_moment) {
  SecretCache cache(30s, 60s);
  cache.put("ann", kKnown, kStart);
  cache.doubt("ann", kStart + 500ms);
  BOOST_TEST(cache.find("ann", kStart + 500ms).has_value());
  cache.doubt("ann", kStart + 1s);
  BOOST_TEST(!cache.find("ann", kStart + 1s).has_value());
  cache.doubt("nobody", kStart);
}

BOOST_AUTO_TEST_CASE(guessed_names_do_not_drive_users_out) {
  SecretCache cache(30s, 60s, 2);
  cache.put("ann", kKnown, kStart);
  for (int number = 0; number < 10; ++number) cache.put("guess " + std::to_string(number), {}, kStart + 1s * number);
  BOOST_TEST(cache.find("ann", kStart + 10s).has_value());
  BOOST_TEST(!cache.find("guess 7", kStart + 10s).has_value());
  BOOST_TEST(cache.find("guess 8", kStart + 10s).has_value());
  cache.put("bob", kKnown, kStart + 1s);
  cache.put("cid", kKnown, kStart + 2s);
  BOOST_TEST(!cache.find("ann", kStart + 10s).has_value());
}

BOOST_AUTO_TEST_CASE(a_user_who_comes_up_is_nobody_no_more) {
  SecretCache cache(30s, 60s);
  cache.put("ann", {}, kStart);
  cache.put("ann", kKnown, kStart + 1s);
  BOOST_TEST(cache.find("ann", kStart + 1s).value().said.secret.has_value());
  cache.put("ann", {}, kStart + 2s);
  BOOST_TEST(!cache.find("ann", kStart + 2s).value().said.secret.has_value());
}

BOOST_AUTO_TEST_CASE(a_secret_ends_at_its_time_though_it_is_remembered) {
  const auto end = std::chrono::system_clock::time_point() + 1000s;
  const LookedUpSecret said{.secret = kKnown.secret, .valid_until = end};
  BOOST_TEST(said.at(end - 1s).has_value());
  BOOST_TEST(!said.at(end).has_value());
  BOOST_TEST(kKnown.at(end).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
