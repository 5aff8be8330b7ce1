// Whether a server still is what its pool made it for: the number of the pool's last order to connect anew, and of the
// last occasion to doubt all servers. A server whose standing is its pool's is good.
#pragma once

#include <cstdint>

namespace howdah::server {

struct Standing {
  static constexpr std::uint32_t kOwnDoubt = 0;

  std::uint32_t reconnects = 0;  // 0: of no pool
  std::uint32_t doubts = 0;      // those before which it was found fit; kOwnDoubt: it alone is doubted

  bool operator==(const Standing&) const = default;
};

}  // namespace howdah::server
