// That nobody of ours is connected to a database, for as long as this lives: all pools' idle servers there are closed,
// free ones too once nobody waits for them, and no new ones are made. Held by who runs a command that needs it; may be
// held for some seconds only, since clients of the database wait for servers meanwhile. Any thread, one at a time.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/pool/pool_ledger.h"

namespace howdah::pool {

class [[nodiscard]] Eviction {
 public:
  // Ledgers stay to the end.
  explicit Eviction(std::vector<PoolLedger*> ledgers) : ledgers_(std::move(ledgers)) {
    for (auto* ledger : ledgers_) server_count_ += ledger->begin_eviction();
  }
  ~Eviction() { end(); }
  Eviction(Eviction&& other) noexcept
      : ledgers_(std::exchange(other.ledgers_, {})), server_count_(other.server_count_) {}
  Eviction& operator=(Eviction&&) = delete;

  // So many idle servers were there to be closed.
  [[nodiscard]] std::size_t server_count() const { return server_count_; }
  // Their backends have ended, as far as we can know.
  [[nodiscard]] bool is_complete() const {
    return std::ranges::all_of(ledgers_, [](const auto* ledger) { return ledger->is_evicted(); });
  }
  void end() {
    for (auto* ledger : std::exchange(ledgers_, {})) ledger->end_eviction();
  }

 private:
  std::vector<PoolLedger*> ledgers_;
  std::size_t server_count_ = 0;
};

}  // namespace howdah::pool
