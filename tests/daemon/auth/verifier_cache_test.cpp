#include "daemon/auth/verifier_cache.h"

#include <boost/test/unit_test.hpp>
#include <thread>
#include <vector>

#include "daemon/auth/server_secrets.h"
#include "tests/support/fixed_random.h"

namespace howdah::auth {

namespace {

const protocol::ScramChallenge kChallenge{.iterations = 16, .salt = "salt"};

}  // namespace

BOOST_AUTO_TEST_SUITE(verifier_cache)

BOOST_AUTO_TEST_CASE(keys_are_found_after_they_were_derived) {
  VerifierCache cache;
  BOOST_TEST(!cache.find("ann", "secret", kChallenge).has_value());
  const auto keys = cache.derive("ann", "secret", kChallenge);
  BOOST_TEST((keys == protocol::derive_scram_keys("secret", kChallenge)));
  BOOST_TEST((cache.find("ann", "secret", kChallenge) == keys));
  BOOST_TEST((cache.derive("ann", "secret", kChallenge) == keys));
}

BOOST_AUTO_TEST_CASE(keys_belong_to_one_user_one_password_and_one_challenge) {
  VerifierCache cache;
  static_cast<void>(cache.derive("ann", "secret", kChallenge));
  BOOST_TEST(!cache.find("bob", "secret", kChallenge).has_value());
  BOOST_TEST(!cache.find("ann", "changed", kChallenge).has_value());
  BOOST_TEST(!cache.find("ann", "secret", {.iterations = 17, .salt = "salt"}).has_value());
  BOOST_TEST(!cache.find("ann", "secret", {.iterations = 16, .salt = "pepper"}).has_value());
}

BOOST_AUTO_TEST_CASE(a_changed_password_takes_the_place_of_the_old_one) {
  VerifierCache cache;
  static_cast<void>(cache.derive("ann", "secret", kChallenge));
  static_cast<void>(cache.derive("ann", "changed", kChallenge));
  BOOST_TEST(cache.find("ann", "changed", kChallenge).has_value());
  BOOST_TEST(!cache.find("ann", "secret", kChallenge).has_value());
}

BOOST_AUTO_TEST_CASE(the_keys_of_users_who_are_gone_are_forgotten) {
  VerifierCache cache;
  static_cast<void>(cache.derive("ann", "secret", kChallenge));
  static_cast<void>(cache.derive("bob", "secret", kChallenge));
  cache.keep_only([](std::string_view user) { return user == "bob"; });
  BOOST_TEST(!cache.find("ann", "secret", kChallenge).has_value());
  BOOST_TEST(cache.find("bob", "secret", kChallenge).has_value());
}

BOOST_AUTO_TEST_CASE(many_threads_may_derive_at_a_time) {
  VerifierCache cache;
  const auto expected = protocol::derive_scram_keys("secret", kChallenge);
  std::vector<int> right(4);
  {
    std::vector<std::jthread> threads;
    for (auto& count : right) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i)
          count += cache.derive("user" + std::to_string(i % 5), "secret", kChallenge) == expected ? 1 : 0;
      });
    }
  }
  for (const auto count : right) BOOST_TEST(count == 50);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(server_secrets)

BOOST_AUTO_TEST_CASE(the_challenge_of_a_user_stays_the_same_in_one_process) {
  tests::FixedRandom random;
  const ServerSecrets secrets(random);
  const ServerSecrets other(random);
  BOOST_TEST((secrets.challenge_for("ann") == secrets.challenge_for("ann")));
  BOOST_TEST(!(secrets.challenge_for("ann") == secrets.challenge_for("bob")));
  BOOST_TEST(!(secrets.challenge_for("ann") == other.challenge_for("ann")));
}

BOOST_AUTO_TEST_CASE(the_keys_of_all_plain_secrets_can_be_derived_ahead) {
  tests::FixedRandom random;
  const ServerSecrets secrets(random);
  config::Settings settings;
  settings.users["ann"] = {.name = "ann", .password = "secret", .pool_mode = {}};
  settings.users["bob"] = {.name = "bob", .password = "md5859a5a083ca499e39c3fe135c2ef1e5e", .pool_mode = {}};
  BOOST_TEST(secrets.derive_all(SecretStore(settings), false) > 0);
  BOOST_TEST(secrets.verifiers()->find("ann", "secret", secrets.challenge_for("ann")).has_value());
  settings.users.erase("ann");
  BOOST_TEST(secrets.derive_all(SecretStore(settings), false) == 0);
  BOOST_TEST(!secrets.verifiers()->find("ann", "secret", secrets.challenge_for("ann")).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
