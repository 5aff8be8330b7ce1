#include "daemon/pool/pool_ledger.h"

#include <algorithm>
#include <iterator>

namespace howdah::pool {

using server::ServerConnection;
using server::ServerId;

std::size_t PoolLedger::join(PoolPart& part, worker::Mailbox& mailbox) {
  const std::lock_guard lock(mutex_);
  auto& joined = parts_.emplace_back();
  joined.part = &part;
  joined.mailbox = &mailbox;
  return parts_.size() - 1;
}

void PoolLedger::post(Letters letters) {
  for (auto& [mailbox, letter] : letters) mailbox->post(std::move(letter));
}

// --- idle servers

ServerConnection* PoolLedger::take_idle(std::size_t part, ServerId preferred) {
  const std::lock_guard lock(mutex_);
  auto& idle = parts_[part].idle;
  if (idle.empty()) return nullptr;
  auto chosen = std::ranges::find(idle, preferred, &IdleServer::id);
  if (chosen == idle.end()) chosen = std::prev(idle.end());
  auto* server = chosen->server;
  idle.erase(chosen);
  return server;
}

bool PoolLedger::take_this_idle(std::size_t part, ServerId id) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(parts_[part].idle, [id](const IdleServer& idle) { return idle.id == id; }) > 0;
}

void PoolLedger::forget_idle(std::size_t part, ServerId id) {
  std::ignore = take_this_idle(part, id);
}

std::vector<ServerId> PoolLedger::idle_servers(std::size_t part) const {
  const std::lock_guard lock(mutex_);
  std::vector<ServerId> ids;
  std::ranges::transform(parts_[part].idle, std::back_inserter(ids), &IdleServer::id);
  return ids;
}

// As take_idle and send_for_idle choose.
PoolLedger::FirstChoice PoolLedger::first_choice(std::size_t part) const {
  const std::lock_guard lock(mutex_);
  const auto choice_of = [](const IdleServer& idle) { return FirstChoice{idle.id, idle.process_id}; };
  if (!parts_[part].idle.empty()) return choice_of(parts_[part].idle.back());
  const auto elsewhere = std::ranges::find_if(parts_, [](const Part& other) { return !other.idle.empty(); });
  return elsewhere == parts_.end() ? FirstChoice{} : choice_of(elsewhere->idle.front());
}

// --- waiters

PoolLedger::Arrival PoolLedger::enqueue(std::size_t part, Waiter& waiter, worker::TimePoint now, ServerId preferred) {
  Letters letters;
  Arrival arrival;
  {
    const std::lock_guard lock(mutex_);
    if (is_refusing(now)) return {.refusal = last_error_};
    waiter.number_ = ++last_number_;
    waiter.place_ = Waiter::Place::Queue;
    parts_[part].queue.push_back(waiter);
    waiting_.fetch_add(1, std::memory_order_relaxed);
    send_for_preferred(part, preferred, letters);
    send_for_idle(letters);
    arrival.logins = plan_logins(now);
  }
  post(std::move(letters));
  return arrival;
}

// It has kept its number, and was the first of its queue.
void PoolLedger::put_back(std::size_t part, Waiter& waiter) {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    waiter.place_ = Waiter::Place::Queue;
    auto& queue = parts_[part].queue;
    const auto later =
        std::ranges::find_if(queue, [&waiter](const Waiter& other) { return other.number_ > waiter.number_; });
    queue.insert(later, waiter);
    waiting_.fetch_add(1, std::memory_order_relaxed);
    send_for_idle(letters);
  }
  post(std::move(letters));
}

void PoolLedger::leave(std::size_t part, Waiter& waiter) {
  const std::lock_guard lock(mutex_);
  take_out(parts_[part], waiter);
}

Waiter* PoolLedger::take_first(std::size_t part) {
  const std::lock_guard lock(mutex_);
  auto& queue = parts_[part].queue;
  if (queue.empty()) return nullptr;
  auto& first = queue.front();
  take_out(parts_[part], first);
  return &first;
}

void PoolLedger::take_out(Part& part, Waiter& waiter) {
  part.queue.erase(WaiterList::s_iterator_to(waiter));
  waiter.place_ = Waiter::Place::Nowhere;
  waiting_.fetch_sub(1, std::memory_order_relaxed);
}

std::uint64_t PoolLedger::first_unserved_number(const Part& part) {
  return std::next(part.queue.begin(), static_cast<std::ptrdiff_t>(part.on_the_way))->number_;
}

const PoolLedger::Part* PoolLedger::first_unserved(const Part& besides) const {
  const Part* first = nullptr;
  for (const auto& part : parts_) {
    if (&part == &besides || part.unserved() == 0) continue;
    if (first == nullptr || first_unserved_number(part) < first_unserved_number(*first)) first = &part;
  }
  return first;
}

std::size_t PoolLedger::unserved_count() const {
  std::size_t count = 0;
  for (const auto& part : parts_) count += part.unserved();
  return count;
}

// --- free servers

PoolLedger::Placement PoolLedger::place(std::size_t part, ServerConnection& server) {
  const std::lock_guard lock(mutex_);
  return place_free(part, server);
}

// It was sent for the first here, whoever waits elsewhere.
PoolLedger::Placement PoolLedger::place_arrived(std::size_t part, ServerConnection& server) {
  const std::lock_guard lock(mutex_);
  auto& here = parts_[part];
  --here.on_the_way;
  if (is_paused_ || here.queue.empty()) return place_free(part, server);
  auto& first = here.queue.front();
  take_out(here, first);
  return {.kind = Placement::Kind::Granted, .waiter = &first};
}

PoolLedger::Placement PoolLedger::place_free(std::size_t part, ServerConnection& server) {
  if (is_paused_) return {.kind = Placement::Kind::Paused};
  if (servers_ > static_cast<std::size_t>(settings_.max_size)) return {.kind = Placement::Kind::TooMany};
  auto& here = parts_[part];
  const auto* elsewhere = parts_.size() > 1 ? first_unserved(here) : nullptr;
  if (!here.queue.empty()) {
    auto& first = here.queue.front();
    if (elsewhere == nullptr || first.number_ <= first_unserved_number(*elsewhere) + kMostOvertaking) {
      take_out(here, first);
      return {.kind = Placement::Kind::Granted, .waiter = &first};
    }
  }
  if (elsewhere != nullptr) {
    const auto to = static_cast<std::size_t>(elsewhere - parts_.data());
    ++parts_[to].on_the_way;
    return {.kind = Placement::Kind::Sent, .to = to};
  }
  if (is_draining_ || is_giving_way_) return {.kind = Placement::Kind::Surplus};
  if (evictions_ > 0) return {.kind = Placement::Kind::InTheWay};
  here.idle.push_back({.id = server.id(), .server = &server, .process_id = server.process_id()});
  return {.kind = Placement::Kind::Kept};
}

void PoolLedger::send(std::size_t to, std::unique_ptr<ServerConnection> server) {
  PoolPart* part = nullptr;
  worker::Mailbox* mailbox = nullptr;
  {
    const std::lock_guard lock(mutex_);
    part = parts_[to].part;
    mailbox = parts_[to].mailbox;
  }
  mailbox->post([part, sent = std::move(server)]() mutable { part->on_server_arrived(std::move(sent)); });
}

void PoolLedger::break_promise(std::size_t to) {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    --parts_[to].on_the_way;
    send_for_idle(letters);
  }
  post(std::move(letters));
}

// Those used the longest ago: the others have what their own worker's sessions need.
void PoolLedger::send_for_idle(Letters& letters) {
  for (auto& part : parts_) {
    for (std::size_t to = 0; to < parts_.size() && !part.idle.empty(); ++to) {
      while (parts_[to].unserved() > 0 && !part.idle.empty()) {
        send_for(part, part.idle.begin(), to, letters);
      }
    }
  }
}

void PoolLedger::send_for_preferred(std::size_t to, ServerId id, Letters& letters) {
  for (auto& part : parts_) {
    const auto found = std::ranges::find(part.idle, id, &IdleServer::id);
    if (found != part.idle.end() && parts_[to].unserved() > 0) return send_for(part, found, to, letters);
  }
}

void PoolLedger::send_for(Part& from, std::vector<IdleServer>::const_iterator idle, std::size_t to, Letters& letters) {
  letters.emplace_back(from.mailbox, [owner = from.part, id = idle->id, to] { owner->on_server_wanted(id, to); });
  from.idle.erase(idle);
  ++parts_[to].on_the_way;
}

// --- connections and log-ins

PoolLedger::Pin PoolLedger::take_pin() {
  const auto most = most_pinned_.load(std::memory_order_relaxed);
  Pin pin(this);
  const auto before = pinned_.fetch_add(1, std::memory_order_relaxed);
  return most == 0 || before < most ? std::move(pin) : nullptr;
}

void PoolLedger::start() {
  const std::lock_guard lock(mutex_);
  is_started_ = true;
}

void PoolLedger::drain() {
  const std::lock_guard lock(mutex_);
  is_draining_ = true;
}

std::size_t PoolLedger::most_connections() const {
  const auto max_size = static_cast<std::size_t>(settings_.max_size);
  const auto here = max_size - std::min(elsewhere_, max_size);
  return is_giving_way_ ? std::min(here, std::max(connection_count(), 1UZ)) : here;
}

// As many as waiters have no log-in under way for them, at least what min_size lacks.
std::size_t PoolLedger::wanted_logins() const {
  const auto max_size = most_connections();
  const bool is_minimum_kept = is_started_ && !is_draining_ && !is_giving_way_;
  const auto min_size = is_minimum_kept ? std::min(static_cast<std::size_t>(settings_.min_size), max_size) : 0;
  const auto connections = connection_count();
  const auto for_minimum = min_size > connections ? min_size - connections : 0;
  const auto unserved = unserved_count();
  const auto coming = logging_in_ + readings_;
  const auto for_waiters = unserved > coming ? unserved - coming : 0;
  return std::min(std::max(for_minimum, for_waiters), max_size > connections ? max_size - connections : 0);
}

PoolLedger::LoginPlan PoolLedger::begin_logins(worker::TimePoint now) {
  const std::lock_guard lock(mutex_);
  return plan_logins(now);
}

PoolLedger::LoginPlan PoolLedger::plan_logins(worker::TimePoint now) {
  const auto wanted = wanted_logins();
  if (wanted == 0 || evictions_ > 0 || is_paused_) return {};
  if (now < retry_at_) return {.retry_at = retry_at_};
  // After a failure one attempt finds out whether the backend is back.
  const auto most = last_error_.message.empty() ? static_cast<std::size_t>(settings_.max_concurrent_logins) : 1;
  const auto begun = std::min(wanted, most > logging_in_ ? most - logging_in_ : 0);
  logging_in_ += begun;
  return {.count = begun, .standing = standing()};
}

void PoolLedger::end_login() {
  const std::lock_guard lock(mutex_);
  --logging_in_;
  ++servers_;
  last_error_ = {};
  retry_pause_ = {};
  retry_at_ = {};
}

namespace {

// A refusal by the backend that waiting will not change is passed on for this long without asking again.
constexpr auto kRefusalPause = config::Milliseconds(1000);

// Of several hosts one may be fit soon.
constexpr auto kEagerPause = config::Milliseconds(1000);

// An error that waiting will not change: wrong user or password, no such database, no right to connect.
bool is_lasting(const protocol::ErrorFields& error) {
  return error.sqlstate.starts_with("28") || error.sqlstate == "3D000" || error.sqlstate == "42501";
}

}  // namespace

PoolLedger::Failure PoolLedger::fail_login(const protocol::ErrorFields& error, worker::TimePoint now,
                                           server::Standing standing) {
  Letters letters;
  Failure failure{};
  {
    const std::lock_guard lock(mutex_);
    --logging_in_;
    if (is_outdated(standing)) --outdated_;
    last_error_ = error;
    retry_pause_ = std::clamp(retry_pause_ * 2, settings_.retry_min, settings_.retry_max);
    if (is_eager_ && unserved_count() > 0)
      retry_pause_ = std::min(retry_pause_, std::max(kEagerPause, settings_.retry_min));
    if (is_lasting(error)) retry_pause_ = std::min(retry_pause_, kRefusalPause);
    retry_at_ = now + retry_pause_;
    failure.pause = retry_pause_;
    if (servers_ == 0 && is_lasting(error)) {
      for (const auto& part : parts_) {
        if (part.queue.empty()) continue;
        letters.emplace_back(part.mailbox, [told = part.part, error] { told->on_refused(error); });
      }
    }
  }
  post(std::move(letters));
  return failure;
}

void PoolLedger::note_closed(server::Standing standing) {
  const std::lock_guard lock(mutex_);
  --servers_;
  ++leaving_;
  if (is_outdated(standing)) --outdated_;
}

void PoolLedger::note_gone() {
  const std::lock_guard lock(mutex_);
  --leaving_;
}

bool PoolLedger::is_refusing(worker::TimePoint now) const {
  return servers_ == 0 && now < retry_at_ && is_lasting(last_error_);
}

std::optional<worker::TimePoint> PoolLedger::retry_time(worker::TimePoint now) const {
  const std::lock_guard lock(mutex_);
  if (now >= retry_at_ || wanted_logins() == 0) return std::nullopt;
  return retry_at_;
}

protocol::ErrorFields PoolLedger::last_error() const {
  const std::lock_guard lock(mutex_);
  return last_error_;
}

PoolLedger::Waiting PoolLedger::waiting_on(std::size_t part, worker::TimePoint now) const {
  const std::lock_guard lock(mutex_);
  const auto& queue = parts_[part].queue;
  if (queue.empty()) return {};
  Waiting waiting{.count = queue.size(), .first_since = queue.front().waiting_since()};
  for (const auto& waiter : queue) waiting.so_far += now - waiter.waiting_since();
  return waiting;
}

PoolLedger::Counts PoolLedger::counts() const {
  const std::lock_guard lock(mutex_);
  Counts counts{.servers = servers_, .logging_in = logging_in_, .leaving = leaving_};
  for (const auto& part : parts_) {
    counts.waiting += part.queue.size();
    counts.unserved += part.unserved();
    counts.idle += part.idle.size();
  }
  return counts;
}

}  // namespace howdah::pool
