// The core in random order: see simulation.h. HOWDAH_SIMULATION_SEEDS="1000000" plays as many seeds,
// HOWDAH_SIMULATION_SEEDS="17+1" plays one, the number 17.
#include "tests/daemon/simulation/simulation.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

namespace howdah::tests {

namespace {

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 0;
};

Seeds wanted_seeds(std::uint64_t usual_count) {
  const char* text = std::getenv("HOWDAH_SIMULATION_SEEDS");
  if (text == nullptr) return {.first = 1, .count = usual_count};
  char* end = nullptr;
  const auto number = std::strtoull(text, &end, 10);
  if (*end != '+') return {.first = 1, .count = number};
  return {.first = number, .count = std::strtoull(end + 1, nullptr, 10)};
}

void play(const Seeds& seeds, int workers) {
  for (auto seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
    try {
      Simulation(seed, workers).run();
    } catch (const std::exception& error) {
      BOOST_FAIL("seed " << seed << " on " << workers << ": " << error.what());
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulation)

BOOST_AUTO_TEST_CASE(no_promise_is_broken_in_any_order_of_events) {
  play(wanted_seeds(4000), 1);
}

BOOST_AUTO_TEST_CASE(no_promise_is_broken_where_workers_share_the_pool) {
  for (const int workers : {2, 3, 4}) play(wanted_seeds(1000), workers);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
