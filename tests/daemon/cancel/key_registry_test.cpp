#include "daemon/cancel/key_registry.h"

#include <boost/test/unit_test.hpp>
#include <set>

#include "tests/support/play/seeded_random.h"

namespace howdah::cancel {

namespace {

struct Target final : CancelTarget {
  void on_cancel_request() override {}
};

struct Registry {
  tests::SeededRandom random;
  KeyRegistry keys{random};
  Target ann;
  Target bob;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(key_registry)

BOOST_AUTO_TEST_CASE(a_key_finds_its_own_target_until_it_is_removed) {
  Registry registry;
  const auto ann = registry.keys.add(registry.ann, 0, 4);
  const auto bob = registry.keys.add(registry.bob, 0, 32);
  BOOST_TEST(ann.secret.size() == 4U);
  BOOST_TEST(bob.secret.size() == 32U);
  BOOST_TEST(registry.keys.find(ann.process_id, ann.secret) == &registry.ann);
  BOOST_TEST(registry.keys.find(bob.process_id, bob.secret) == &registry.bob);
  registry.keys.remove(ann, registry.ann);
  BOOST_TEST(registry.keys.find(ann.process_id, ann.secret) == nullptr);
  BOOST_TEST(registry.keys.find(bob.process_id, bob.secret) == &registry.bob);
}

BOOST_AUTO_TEST_CASE(a_wrong_secret_finds_nobody) {
  Registry registry;
  const auto key = registry.keys.add(registry.ann, 0, 4);
  auto wrong = key.secret;
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  for (const auto& secret : {wrong, std::string(), key.secret.substr(0, 3), key.secret + '\0'}) {
    BOOST_TEST(registry.keys.find(key.process_id, secret) == nullptr);
  }
  BOOST_TEST(registry.keys.find(key.process_id + 1, key.secret) == nullptr);
}

BOOST_AUTO_TEST_CASE(made_up_process_ids_are_positive_beyond_real_ones_and_never_the_same) {
  Registry registry;
  std::set<std::int32_t> ids;
  for (int i = 0; i < 10'000; ++i) {
    const auto id = registry.keys.add(registry.ann, 0, 4).process_id;
    BOOST_REQUIRE(id >= 1 << 22);
    BOOST_REQUIRE(ids.insert(id).second);
  }
}

BOOST_AUTO_TEST_CASE(servers_of_two_hosts_may_share_a_process_id) {
  Registry registry;
  const auto ann = registry.keys.add(registry.ann, 4711, 4);
  const auto bob = registry.keys.add(registry.bob, 4711, 4);
  BOOST_TEST(ann.process_id == 4711);
  BOOST_TEST(registry.keys.find(4711, ann.secret) == &registry.ann);
  BOOST_TEST(registry.keys.find(4711, bob.secret) == &registry.bob);
  registry.keys.remove(ann, registry.ann);
  BOOST_TEST(registry.keys.find(4711, ann.secret) == nullptr);
  BOOST_TEST(registry.keys.find(4711, bob.secret) == &registry.bob);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::cancel
