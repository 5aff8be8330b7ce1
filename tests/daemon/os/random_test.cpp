#include "daemon/os/random.h"

#include <algorithm>
#include <array>
#include <boost/test/unit_test.hpp>
#include <set>
#include <vector>

namespace howdah::os {

BOOST_AUTO_TEST_SUITE(random_source)

BOOST_AUTO_TEST_CASE(the_system_fills_every_byte_anew) {
  SystemRandom random;
  std::set<std::array<std::byte, 16>> seen;
  for (int i = 0; i < 100; ++i) {
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    seen.insert(bytes);
  }
  BOOST_TEST(seen.size() == 100u);
}

BOOST_AUTO_TEST_CASE(the_system_fills_to_the_last_byte) {
  SystemRandom random;
  std::vector<std::byte> bytes(100'000);
  random.fill(bytes);
  // 64 zero bytes in a row do not come by chance.
  BOOST_TEST(std::ranges::any_of(bytes.end() - 64, bytes.end(), [](std::byte byte) { return byte != std::byte{0}; }));
  random.fill({});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::os
