// Two processes with the same pools, while one takes the place of the other: together they have no more connections
// than one may. The old one makes none any more, but for one where it has none, and tells how many are left; the new
// one has the rest.
#include <limits>

#include "daemon/pool/ledger_directory.h"
#include "daemon/pool/pool_ledger.h"

namespace howdah::pool {

// --- one pool

void PoolLedger::set_elsewhere(std::size_t connections) {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    const bool has_more_room = connections < std::exchange(elsewhere_, connections);
    if (has_more_room) allow_logins(letters);
  }
  post(std::move(letters));
}

void PoolLedger::give_way() {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    is_giving_way_ = true;
    take_unwanted("another process takes over", letters);
  }
  post(std::move(letters));
}

void PoolLedger::end_giving_way() {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    is_giving_way_ = false;
    allow_logins(letters);
  }
  post(std::move(letters));
}

// --- all

namespace {

constexpr auto kAll = std::numeric_limits<std::size_t>::max();

}  // namespace

void LedgerDirectory::set_up_move(const PoolName& name, PoolLedger& ledger) const {
  if (is_giving_way_) ledger.give_way();
  const auto known = elsewhere_.find(name);
  if (is_growth_held_) {
    ledger.set_elsewhere(kAll);
  } else if (known != elsewhere_.end()) {
    ledger.set_elsewhere(known->second);
  }
}

std::vector<LedgerDirectory::Held> LedgerDirectory::held_connections() {
  std::vector<Held> held;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, entry] : ledgers_) {
    const auto counts = entry.ledger->counts();
    const bool may_need_one = counts.connections() == 0 && counts.waiting > 0;
    held.push_back({.name = name, .connections = may_need_one ? 1 : counts.connections()});
  }
  return held;
}

void LedgerDirectory::give_way() {
  const std::lock_guard lock(mutex_);
  is_giving_way_ = true;
  for (auto& [name, entry] : ledgers_) entry.ledger->give_way();
}

void LedgerDirectory::end_giving_way() {
  const std::lock_guard lock(mutex_);
  is_giving_way_ = false;
  for (auto& [name, entry] : ledgers_) entry.ledger->end_giving_way();
}

void LedgerDirectory::hold_growth() {
  const std::lock_guard lock(mutex_);
  is_growth_held_ = true;
  for (auto& [name, entry] : ledgers_) entry.ledger->set_elsewhere(kAll);
}

void LedgerDirectory::begin_growing() {
  const std::lock_guard lock(mutex_);
  is_growth_held_ = false;
  for (auto& [name, entry] : ledgers_) {
    const auto known = elsewhere_.find(name);
    entry.ledger->set_elsewhere(known == elsewhere_.end() ? 0 : known->second);
  }
}

void LedgerDirectory::set_elsewhere(const PoolName& name, std::size_t connections) {
  const std::lock_guard lock(mutex_);
  elsewhere_.insert_or_assign(name, connections);
  const auto found = ledgers_.find(name);
  if (found != ledgers_.end() && !is_growth_held_) found->second.ledger->set_elsewhere(connections);
}

void LedgerDirectory::forget_elsewhere() {
  const std::lock_guard lock(mutex_);
  elsewhere_.clear();
  is_growth_held_ = false;
  for (auto& [name, entry] : ledgers_) entry.ledger->set_elsewhere(0);
}

}  // namespace howdah::pool
