#include "daemon/stats/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace howdah::stats {

namespace {

using Found = std::optional<Advice>;

// Below this nothing is concluded from what did not happen.
constexpr double kLeastSecondsToShrink = 600;
// A pool may be so much larger than what is used before it is worth a word.
constexpr double kRoom = 2;
// Of descriptors beside those of clients and servers: logs, listeners, log-ins under way, the stats port.
constexpr std::uint64_t kOtherDescriptors = 100;

std::string minutes(double seconds) {
  return seconds < 90 ? fmt::format("{:.0f} s", seconds) : fmt::format("{:.0f} min", seconds / 60);
}

double milliseconds(Microseconds duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

int size_for(double clients) {
  return std::max(1, static_cast<int>(std::ceil(clients - 0.05)));
}

std::string about(const PoolSnapshot& pool) {
  return fmt::format("pool {}/{}", pool.database, pool.user);
}

// Little's law: clients that have a server or wait for one are the transactions of a second times the time of each.
Found pool_is_too_small(const PoolSnapshot& pool, const Load& load) {
  const auto needed = size_for(load.wanted_at_p99);
  if (load.waits == 0 || needed <= pool.settings.max_size) return std::nullopt;
  return Advice{
      .about = about(pool),
      .kind = "pool size",
      .text = fmt::format("raise max_size from {} to {}, if the backend bears it, or have shorter transactions",
                          pool.settings.max_size, needed),
      .figures = fmt::format(
          "in the last {} up to {:.1f} clients (p99 of {} s averages) had a server or waited for one; "
          "{} waits, p99 {:.1f} ms; {} transactions, {:.2f} ms of a server each",
          minutes(load.seconds), load.wanted_at_p99, LoadHistory::kInterval.count(), load.waits,
          milliseconds(load.wait_at_p99), load.transactions,
          load.transactions == 0 ? 0 : load.leased_seconds * 1000 / static_cast<double>(load.transactions))};
}

Found pool_is_too_large(const PoolSnapshot& pool, const Load& load) {
  const auto used = std::max(size_for(load.wanted_at_p99), load.most_used);
  const bool is_large = pool.settings.max_size > kRoom * used && pool.settings.max_size > used + 2;
  if (!is_large || load.seconds < kLeastSecondsToShrink || load.waits > 0) return std::nullopt;
  return Advice{
      .about = about(pool),
      .kind = "pool size",
      .text = fmt::format("max_size {} could be {}", pool.settings.max_size, static_cast<int>(std::ceil(kRoom * used))),
      .figures = fmt::format("in the last {} at most {} servers were in use at a time, {:.2f} on average at p99; "
                             "nobody waited",
                             minutes(load.seconds), used, load.used_at_p99)};
}

Found minimum_is_not_used(const PoolSnapshot& pool, const Load& load) {
  const auto used = std::max(size_for(load.used_at_p99), load.most_used);
  if (pool.settings.min_size <= used || load.seconds < kLeastSecondsToShrink) return std::nullopt;
  return Advice{
      .about = about(pool),
      .kind = "unused minimum",
      .text =
          fmt::format("min_size {} keeps connections open that nobody uses; {} would do", pool.settings.min_size, used),
      .figures = fmt::format("in the last {} at most {} servers were in use at a time", minutes(load.seconds), used)};
}

Found clients_idle_in_transactions(const PoolSnapshot& pool, const Load& load) {
  const auto idle = load.leased_seconds - load.working_seconds;
  const bool is_much = idle > load.leased_seconds / 2 && idle > 0.1 * load.seconds;
  if (!is_much) return std::nullopt;
  return Advice{
      .about = about(pool),
      .kind = "idle in transaction",
      .text =
          "clients keep servers while they ask nothing: shorten their transactions, or set "
          "idle_in_transaction_timeout; SHOW WAITING and SHOW CLIENTS name who",
      .figures = fmt::format("in the last {} servers were held for {:.1f} s in all, and asked nothing for {:.1f} s of "
                             "them ({:.0f} %)",
                             minutes(load.seconds), load.leased_seconds, idle, 100 * idle / load.leased_seconds)};
}

Found time_limits_fire(const PoolSnapshot& pool, const Load& load) {
  static constexpr std::array<const char*, 4> kReasons{"query timeout", "transaction timeout",
                                                       "idle in transaction timeout", "idle timeout"};
  std::string figures;
  const auto add = [&figures](std::string_view name, std::uint64_t count) {
    if (count > 0) figures += fmt::format("{}{} {}", figures.empty() ? "" : ", ", count, name);
  };
  add("waited for a server in vain (acquire_timeout)", load.acquire_timeouts);
  for (const auto* reason : kReasons) {
    const auto found = load.disconnects.find(reason);
    if (found != load.disconnects.end()) add(fmt::format("were disconnected by the {}", reason), found->second);
  }
  if (figures.empty()) return std::nullopt;
  return Advice{.about = about(pool),
                .kind = "time limits",
                .text = "time limits end clients' work: look at what they wait for, or set them otherwise",
                .figures = fmt::format("in the last {}: {}", minutes(load.seconds), figures)};
}

Found pins_cost(const PoolSnapshot& pool, const Load& load) {
  const auto most = std::ranges::max_element(load.pinned_microseconds, {}, [](const auto& one) { return one.second; });
  if (most == load.pinned_microseconds.end()) return std::nullopt;
  const auto seconds = static_cast<double>(most->second) / 1e6;
  if (seconds < 0.05 * load.seconds) return std::nullopt;
  return Advice{
      .about = about(pool),
      .kind = "pins",
      .text = fmt::format("servers are kept for \"{}\": SHOW PINS names who and by which statement", most->first),
      .figures = fmt::format("in the last {} servers were kept between transactions for {:.1f} s because of it, "
                             "{:.2f} of {} servers on average",
                             minutes(load.seconds), seconds, seconds / load.seconds, pool.settings.max_size)};
}

using Rule = Found (*)(const PoolSnapshot&, const Load&);
constexpr std::array<Rule, 6> kRules{&pool_is_too_small, &time_limits_fire,  &clients_idle_in_transactions,
                                     &pins_cost,         &pool_is_too_large, &minimum_is_not_used};

// All pools of one backend together. Several entries may lead there.
std::vector<Advice> backends_allow_fewer(const Snapshot& snapshot) {
  struct Sum {
    int size = 0;
    int pools = 0;
    int allowed = 0;
  };
  std::map<std::string, Sum> sums;
  for (const auto& pool : snapshot.pools) {
    if (pool.backend_connections_limit == 0) continue;
    auto& sum = sums[pool.backend];
    sum.size += pool.settings.max_size;
    sum.allowed = pool.backend_connections_limit;
    ++sum.pools;
  }
  std::vector<Advice> advice;
  for (const auto& [backend, sum] : sums) {
    if (sum.size <= sum.allowed) continue;
    advice.push_back(
        {.about = fmt::format("backend {}", backend),
         .kind = "max_connections",
         .text = "the pools may ask for more connections than the backend allows: lower max_size, or raise "
                 "max_connections",
         .figures = fmt::format("max_size of {} pools is {} together; the backend allows {} connections to "
                                "users who are not superusers",
                                sum.pools, sum.size, sum.allowed)});
  }
  return advice;
}

Found descriptors_run_out(const Snapshot& snapshot, std::uint64_t descriptors) {
  std::uint64_t servers = 0;
  for (const auto& pool : snapshot.pools) servers += static_cast<std::uint64_t>(pool.settings.max_size);
  const auto needed = static_cast<std::uint64_t>(snapshot.clients_limit) + servers + kOtherDescriptors;
  if (descriptors == 0 || snapshot.clients_limit == 0 || needed <= descriptors) return std::nullopt;
  return Advice{
      .about = "howdah",
      .kind = "descriptors",
      .text = fmt::format("raise the limit of open files to {}, or lower client.max_connections", needed),
      .figures = fmt::format("client.max_connections {}, max_size of all pools {}, and some {} for the rest; the "
                             "limit is {}",
                             snapshot.clients_limit, servers, kOtherDescriptors, descriptors)};
}

}  // namespace

std::vector<Advice> make_advice(const Snapshot& snapshot, const LoadHistory& history, std::uint64_t descriptors) {
  auto advice = backends_allow_fewer(snapshot);
  if (auto found = descriptors_run_out(snapshot, descriptors)) advice.push_back(*std::move(found));
  const auto loads = history.loads();
  for (const auto rule : kRules) {
    for (const auto& pool : snapshot.pools) {
      const auto load = loads.find({pool.database, pool.user});
      if (load == loads.end() || load->second.seconds == 0) continue;
      if (auto found = rule(pool, load->second)) advice.push_back(*std::move(found));
    }
  }
  return advice;
}

}  // namespace howdah::stats
