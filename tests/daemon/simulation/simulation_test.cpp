// The core in random order: see simulation.h. HOWDAH_SIMULATION_SEEDS="1000000" plays as many seeds,
// HOWDAH_SIMULATION_SEEDS="17+1" plays one, the number 17.
#include "tests/daemon/simulation/simulation.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

namespace howdah::tests {

namespace {

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t count = 4000;
};

Seeds wanted_seeds() {
  const char* text = std::getenv("HOWDAH_SIMULATION_SEEDS");
  if (text == nullptr) return {};
  char* end = nullptr;
  const auto number = std::strtoull(text, &end, 10);
  if (*end != '+') return {.first = 1, .count = number};
  return {.first = number, .count = std::strtoull(end + 1, nullptr, 10)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(simulation)

BOOST_AUTO_TEST_CASE(no_promise_is_broken_in_any_order_of_events) {
  const auto seeds = wanted_seeds();
  for (auto seed = seeds.first; seed < seeds.first + seeds.count; ++seed) {
    try {
      Simulation(seed).run();
    } catch (const std::exception& error) {
      BOOST_FAIL("seed " << seed << ": " << error.what());
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
