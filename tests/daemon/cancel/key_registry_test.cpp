#include "daemon/cancel/key_registry.h"

#include <boost/test/unit_test.hpp>
#include <set>
#include <vector>

#include "tests/support/play/cancel_target.h"
#include "tests/support/play/manual_loop.h"
#include "tests/support/play/seeded_random.h"

namespace howdah::cancel {

namespace {

struct Registry {
  // Who was told.
  std::string request(std::int32_t process_id, const std::string& secret) {
    bool is_released = false;
    loop.turn([&] { keys.request(process_id, secret, CancelHold(nullptr, [&](const void*) { is_released = true; })); });
    BOOST_TEST(is_released);
    std::string told;
    if (std::exchange(ann.requests, 0) > 0) told += "ann";
    if (std::exchange(bob.requests, 0) > 0) told += "bob";
    return told;
  }
  CancelKey add(tests::CancelTarget& target, std::int32_t process_id, std::size_t secret_bytes) {
    return keys.add(target, process_id, secret_bytes);
  }

  tests::ManualLoop loop;
  tests::SeededRandom random;
  KeyRegistry keys{random};
  tests::CancelTarget ann{loop};
  tests::CancelTarget bob{loop};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(key_registry)

BOOST_AUTO_TEST_CASE(a_key_finds_its_own_target_until_it_is_removed) {
  Registry registry;
  const auto ann = registry.add(registry.ann, 0, 4);
  const auto bob = registry.add(registry.bob, 0, 32);
  BOOST_TEST(ann.secret.size() == 4U);
  BOOST_TEST(bob.secret.size() == 32U);
  BOOST_TEST(registry.request(ann.process_id, ann.secret) == "ann");
  BOOST_TEST(registry.request(bob.process_id, bob.secret) == "bob");
  registry.keys.remove(ann.process_id, registry.ann);
  BOOST_TEST(registry.request(ann.process_id, ann.secret) == "");
  BOOST_TEST(registry.request(bob.process_id, bob.secret) == "bob");
}

BOOST_AUTO_TEST_CASE(an_adopted_key_is_the_one_that_its_client_knows) {
  Registry registry;
  registry.keys.adopt({.process_id = 7, .secret = "abcd"}, registry.ann);
  BOOST_TEST(registry.request(7, "abcd") == "ann");
  BOOST_TEST(registry.keys.key_of(7, registry.ann).secret == "abcd");
  BOOST_TEST(registry.keys.key_of(7, registry.bob).secret == "");
}

BOOST_AUTO_TEST_CASE(a_target_that_has_just_gone_to_another_process_is_asked_for_there) {
  Registry registry;
  std::vector<CancelKey> asked;
  registry.keys.set_other_process([&](const CancelKey& key, const CancelHold&) { asked.push_back(key); });
  const auto ann = registry.add(registry.ann, 0, 4);
  BOOST_TEST(registry.request(ann.process_id, ann.secret) == "ann");
  BOOST_TEST(!registry.keys.request(ann.process_id, "none", nullptr));
  BOOST_TEST(asked.empty());
  registry.loop.turn([&] {
    BOOST_TEST(registry.keys.request(ann.process_id, ann.secret, nullptr));
    registry.keys.remove(ann.process_id, registry.ann);
  });
  BOOST_REQUIRE(asked.size() == 1U);
  BOOST_TEST(asked.front().process_id == ann.process_id);
  BOOST_TEST(asked.front().secret == ann.secret);
  registry.keys.set_other_process({});
  registry.keys.ask_other_process(ann.process_id, ann.secret, nullptr);
  BOOST_TEST(asked.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_target_that_goes_before_its_worker_hears_of_the_request_is_not_told) {
  Registry registry;
  const auto key = registry.add(registry.ann, 0, 4);
  registry.loop.turn([&] {
    registry.keys.request(key.process_id, key.secret, nullptr);
    registry.keys.remove(key.process_id, registry.ann);
  });
  BOOST_TEST(registry.ann.requests == 0);
}

BOOST_AUTO_TEST_CASE(a_wrong_secret_finds_nobody) {
  Registry registry;
  const auto key = registry.add(registry.ann, 0, 4);
  auto wrong = key.secret;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  for (const auto& secret : {wrong, std::string(), key.secret.substr(0, 3), key.secret + '\0'}) {
    BOOST_TEST(registry.request(key.process_id, secret) == "");
  }
  BOOST_TEST(registry.request(key.process_id + 1, key.secret) == "");
}

BOOST_AUTO_TEST_CASE(made_up_process_ids_are_positive_beyond_real_ones_and_never_the_same) {
  Registry registry;
  std::set<std::int32_t> ids;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = registry.add(registry.ann, 0, 4).process_id;
    BOOST_REQUIRE(id >= 1 << 22);
    BOOST_REQUIRE(ids.insert(id).second);
  }
}

BOOST_AUTO_TEST_CASE(servers_of_two_hosts_may_share_a_process_id) {
  Registry registry;
  const auto ann = registry.add(registry.ann, 4711, 4);
  const auto bob = registry.add(registry.bob, 4711, 4);
  BOOST_TEST(ann.process_id == 4711);
  BOOST_TEST(registry.request(4711, ann.secret) == "ann");
  BOOST_TEST(registry.request(4711, bob.secret) == "bob");
  registry.keys.remove(ann.process_id, registry.ann);
  BOOST_TEST(registry.request(4711, ann.secret) == "");
  BOOST_TEST(registry.request(4711, bob.secret) == "bob");
}

// Secrets of one byte, so that there are only 256 of them.
BOOST_AUTO_TEST_CASE(secrets_that_go_with_one_process_id_are_never_the_same) {
  Registry registry;
  std::set<std::string> secrets;
  for (int i = 0; i < 200; ++i) BOOST_REQUIRE(secrets.insert(registry.add(registry.ann, 4711, 1).secret).second);
}

BOOST_AUTO_TEST_CASE(a_key_names_its_instance_in_its_first_byte_and_the_others_are_random) {
  Registry registry;
  std::set<std::string> rests;
  for (const std::size_t size : {4UZ, 32UZ}) {
    for (int i = 0; i < 100; ++i) {
      const auto key = registry.keys.add(registry.ann, 0, size, 200);
      BOOST_REQUIRE(key.secret.size() == size);
      BOOST_REQUIRE(instance_of(key.secret) == 200);
      BOOST_REQUIRE(rests.insert(key.secret.substr(1)).second);
      BOOST_TEST(registry.request(key.process_id, key.secret) == "ann");
    }
  }
}

BOOST_AUTO_TEST_CASE(without_an_instance_all_bytes_of_a_key_are_random) {
  Registry registry;
  std::set<char> firsts;
  for (int i = 0; i < 1000; ++i) firsts.insert(registry.add(registry.ann, 0, 4).secret.front());
  BOOST_TEST(firsts.size() > 200U);
}

BOOST_AUTO_TEST_CASE(no_more_than_a_hundred_keys_share_a_process_id) {
  Registry registry;
  for (int i = 0; i < 100; ++i) {
    BOOST_REQUIRE(registry.keys.may_share(4711, 4));
    (void)registry.add(registry.ann, 4711, 4);
  }
  BOOST_TEST(!registry.keys.may_share(4711, 4));
  BOOST_TEST(registry.keys.may_share(4712, 4));
  registry.keys.remove(4711, registry.ann);
  BOOST_TEST(registry.keys.may_share(4711, 4));
}

// One byte of four is no secret then.
BOOST_AUTO_TEST_CASE(with_an_instance_a_short_key_has_its_process_id_for_itself) {
  Registry registry;
  BOOST_TEST(registry.keys.may_share(4711, 4, 1));
  (void)registry.keys.add(registry.ann, 4711, 4, 1);
  BOOST_TEST(!registry.keys.may_share(4711, 4, 1));
  BOOST_TEST(registry.keys.may_share(4711, 32, 1));
  BOOST_TEST(registry.keys.may_share(4711, 4, 0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::cancel
