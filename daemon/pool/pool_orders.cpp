// What an administrator orders of a pool.
#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>
#include <utility>

#include "daemon/pool/ledger_directory.h"
#include "daemon/pool/pool.h"

namespace howdah::pool {

using server::ServerId;

namespace {

// All that a log-in is made from.
bool is_same(const server::BackendTarget& one, const server::BackendTarget& other) {
  const auto facts = [](const server::BackendTarget& target) {
    return std::tuple(std::string_view(target.connection_string), std::string_view(target.user),
                      std::string_view(target.database), target.password.view(), target.is_overriding,
                      target.scram_client_key.view(), target.scram_server_key.view(), target.passwords,
                      target.tcp_socket_buffer);
  };
  return facts(one) == facts(other);
}

}  // namespace

// --- the ledger

void PoolLedger::take_unwanted(const char* why, Letters& letters) {
  take_all_idle(letters, [why](PoolPart& part, const std::vector<ServerId>& ids) { part.on_unwanted(ids, why); });
}

void PoolLedger::allow_logins(Letters& letters) const {
  for (const auto& part : parts_) {
    letters.emplace_back(part.mailbox, [told = part.part] { told->on_logins_allowed(); });
  }
}

void PoolLedger::pause() {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    is_paused_ = true;
    take_unwanted("paused", letters);
  }
  post(std::move(letters));
}

void PoolLedger::resume() {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(is_paused_, false)) return;
    allow_logins(letters);
  }
  post(std::move(letters));
}

bool PoolLedger::is_paused() const {
  const std::lock_guard lock(mutex_);
  return is_paused_;
}

void PoolLedger::reconnect() {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    auto next = standing();
    ++next.reconnects;
    standing_.store(next, std::memory_order_relaxed);
    outdated_ = servers_ + logging_in_;
    take_unwanted("reconnect", letters);
  }
  post(std::move(letters));
}

server::Standing PoolLedger::outdate_one() {
  const std::lock_guard lock(mutex_);
  ++outdated_;
  auto before = standing();
  --before.reconnects;
  return before;
}

std::size_t PoolLedger::outdated_count() const {
  const std::lock_guard lock(mutex_);
  return outdated_;
}

void PoolLedger::adopt(const config::PoolSettings& settings) {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    settings_.min_size = settings.min_size;
    settings_.max_size = settings.max_size;
    settings_.max_concurrent_logins = settings.max_concurrent_logins;
    settings_.retry_min = settings.retry_min;
    settings_.retry_max = settings.retry_max;
    allow_logins(letters);
  }
  most_pinned_ = settings.state.max_pinned;
  catalog_->adopt(settings.state);
  post(std::move(letters));
}

// What was learnt from another one.
void PoolLedger::forget_backend() {
  welcomes_.clear();
  statements_.note_stale();
  catalog_->begin_change({});
  catalog_->end_change();
}

// --- the part of one worker

void Pool::on_unwanted(const std::vector<ServerId>& ids, const char* why) {
  for (const auto id : ids) {
    const auto found = servers_.find(id);
    if (found != servers_.end()) found->second->close(why);  // else it has ended by itself
  }
}

// What their clients ran is being cancelled.
void Pool::drop_abandoned() {
  std::vector<server::Cleanup*> under_way;
  std::ranges::transform(cleanups_, std::back_inserter(under_way), &std::unique_ptr<server::Cleanup>::get);
  for (auto* cleanup : under_way) cleanup->give_up("killed");
}

// Each worker's part does so by itself: what another part logs in to the old target meanwhile is outdated with its own.
void Pool::adopt(const config::PoolSettings& settings, const server::BackendTarget& target) {
  is_retired_ = false;
  settings_ = settings;
  session_rules_ = &rules_of(settings);
  if (!is_same(target, target_)) {
    target_ = target;
    read_hosts();
    environment_.log.info("backend changed", {{"database", name_.database}, {"user", name_.user}});
    ledger_.reconnect();
    ledger_.forget_backend();
    channels_.host().reconnect();
  }
  ledger_.adopt(settings);
  close_surplus();
}

// Sessions hold on to those of before: one that comes again is the same.
const SessionRules& Pool::rules_of(const config::PoolSettings& settings) {
  const auto known =
      std::ranges::find_if(all_session_rules_, [&](const SessionRules& rules) { return rules.are_of(settings); });
  return known != all_session_rules_.end() ? *known : all_session_rules_.emplace_back(settings);
}

void Pool::retire() {
  if (std::exchange(is_retired_, true)) return;
  settings_.min_size = 0;
  ledger_.adopt(settings_);
  ledger_.reconnect();
  channels_.host().reconnect();
}

bool Pool::has_ended() const {
  return is_retired_ && servers_.empty() && leaving_.empty() && logins_.empty() && cleanups_.empty();
}

// --- all pools

void LedgerDirectory::pause(const std::string& database) {
  const std::lock_guard lock(mutex_);
  if (database.empty()) orders_.are_all_paused = true;
  if (!database.empty()) orders_.paused.insert(database);
  for_each_of(database, [](PoolLedger& ledger) { ledger.pause(); });
}

bool LedgerDirectory::resume(const std::string& database) {
  const std::lock_guard lock(mutex_);
  const bool was_paused =
      database.empty() ? orders_.are_all_paused || !orders_.paused.empty() : orders_.is_paused(database);
  if (database.empty()) {
    orders_.are_all_paused = false;
    orders_.paused.clear();
  } else {
    orders_.paused.erase(database);
    if (orders_.are_all_paused) return false;
  }
  for_each_of(database, [](PoolLedger& ledger) { ledger.resume(); });
  return was_paused;
}

void LedgerDirectory::set_disabled(const std::string& database, bool is_disabled) {
  const std::lock_guard lock(mutex_);
  if (is_disabled) orders_.disabled.insert(database);
  if (!is_disabled) orders_.disabled.erase(database);
}

bool LedgerDirectory::is_disabled(const std::string& database) {
  const std::lock_guard lock(mutex_);
  return orders_.disabled.contains(database);
}

void LedgerDirectory::reconnect(const std::string& database) {
  const std::lock_guard lock(mutex_);
  for_each_of(database, [](PoolLedger& ledger) { ledger.reconnect(); });
}

std::size_t LedgerDirectory::connection_count(const std::string& database) {
  std::size_t count = 0;
  const std::lock_guard lock(mutex_);
  for_each_of(database, [&count](PoolLedger& ledger) { count += ledger.counts().connections(); });
  return count;
}

std::size_t LedgerDirectory::outdated_count(const std::string& database) {
  std::size_t count = 0;
  const std::lock_guard lock(mutex_);
  for_each_of(database, [&count](PoolLedger& ledger) { count += ledger.outdated_count(); });
  return count;
}

stats::Orders LedgerDirectory::orders() {
  const std::lock_guard lock(mutex_);
  return orders_;
}

}  // namespace howdah::pool
