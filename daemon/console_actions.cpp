#include "daemon/console_actions.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "config/live_changes.h"
#include "config/serving_entry.h"
#include "protocol/sqlstate.h"

namespace howdah {

using protocol::ErrorFields;
using protocol::Severity;
namespace sqlstate = protocol::sqlstate;

namespace {

constexpr auto kLookInterval = std::chrono::milliseconds(10);

admin::Outcome failure(std::string_view state, std::string message, std::string detail = {}) {
  auto error = protocol::make_error(Severity::Error, state, std::move(message));
  error.detail = std::move(detail);
  return {.errors = {std::move(error)}};
}

ErrorFields notice(std::string message) {
  return protocol::make_error(Severity::Notice, "00000", std::move(message));
}

ErrorFields killed() {
  return protocol::make_error(Severity::Fatal, sqlstate::kAdminShutdown,
                              "terminating connection due to administrator command");
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace

void ConsoleActions::carry_out(Order order, std::shared_ptr<admin::Ticket> ticket, worker::Mailbox& asker, Done done) {
  Request request{.order = std::move(order), .ticket = std::move(ticket), .asker = &asker, .done = std::move(done)};
  environment_.home.post([this, request = std::move(request)]() mutable { begin(std::move(request)); });
}

void ConsoleActions::reload(std::function<void()> done) {
  environment_.home.post([this, done = std::move(done)]() mutable {
    Request request{.order = {.kind = Order::Kind::Reload}, .ticket = nullptr};
    if (done) {
      request.asker = &environment_.home;
      request.done = [done = std::move(done)](const Outcome&) { done(); };
    }
    read_again(std::move(request));
  });
}

void ConsoleActions::begin(Request request) {
  auto& ledgers = environment_.commons.ledgers;
  const auto database = request.order.database;
  if (!database.empty() && !is_known(database)) {
    return answer(request, failure(sqlstate::kInvalidCatalogName, "no such database: " + database));
  }
  switch (request.order.kind) {
    case Order::Kind::Pause:
      return pause(std::move(request));
    case Order::Kind::Resume:
      return resume(std::move(request));
    case Order::Kind::Disable:
    case Order::Kind::Enable:
      ledgers.set_disabled(database, request.order.kind == Order::Kind::Disable);
      return answer(request, {});
    case Order::Kind::Kill:
      return kill(std::move(request));
    case Order::Kind::KillClient:
      return kill_client(std::move(request));
    case Order::Kind::Reconnect:
      ledgers.reconnect(database);
      return answer(request, {});
    case Order::Kind::WaitClose:
      return wait(std::move(request), [&ledgers, database] { return ledgers.outdated_count(database) == 0; });
    case Order::Kind::Reload:
      return read_again(std::move(request));
    case Order::Kind::Set:
      return set(std::move(request));
    case Order::Kind::Trace:
      return trace(std::move(request));
    case Order::Kind::Shutdown:
      answer(request, {});
      return environment_.shut_down(request.order.shutdown);
  }
}

void ConsoleActions::answer(Request& request, Outcome outcome) {
  if (request.asker == nullptr) return;
  request.asker->post(
      [done = std::move(request.done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
}

// The entry "*" is no database, but a rule for many.
bool ConsoleActions::is_known(const std::string& database) const {
  return database != "*" && config::serving_entry(*environment_.commons.live.current(), database) != nullptr;
}

void ConsoleActions::trace(Request request) {
  const auto order = std::move(request.order);
  environment_.traces.carry_out(order.trace, order.by, *request.asker,
                                [done = std::move(request.done)](admin::TraceActions::Outcome outcome) mutable {
                                  outcome ? done({.errors = {}, .notices = {*outcome}})
                                          : done({.errors = {outcome.error()}, .notices = {}});
                                });
}

// --- orders that take their time

void ConsoleActions::wait(Request request, std::function<bool()> is_over, std::function<Outcome()> outcome) {
  waits_.push_back({.request = std::move(request), .is_over = std::move(is_over), .outcome = std::move(outcome)});
  look();
}

void ConsoleActions::look() {
  std::erase_if(waits_, [this](Wait& wait) { return is_done_with(wait); });
  if (!waits_.empty()) environment_.home.agenda().arm_in(look_timer_, kLookInterval);
}

bool ConsoleActions::is_done_with(Wait& wait) {
  auto& request = wait.request;
  switch (request.ticket->state()) {
    case admin::Ticket::State::Left:
      return true;
    case admin::Ticket::State::Cancelled:
      if (request.order.kind == Order::Kind::Pause) {
        std::ignore = environment_.commons.ledgers.resume(request.order.database);
      }
      answer(request, failure(sqlstate::kQueryCanceled, "canceling statement due to user request"));
      return true;
    case admin::Ticket::State::Wanted:
      break;
  }
  if (!wait.is_over()) return false;
  answer(request, wait.outcome ? wait.outcome() : Outcome());
  return true;
}

void ConsoleActions::pause(Request request) {
  auto& ledgers = environment_.commons.ledgers;
  const auto database = request.order.database;
  ledgers.pause(database);
  wait(std::move(request), [&ledgers, database] { return ledgers.connection_count(database) == 0; });
}

void ConsoleActions::resume(Request request) {
  auto& ledgers = environment_.commons.ledgers;
  const auto& database = request.order.database;
  if (ledgers.resume(database)) return answer(request, {});
  if (database.empty()) return answer(request, failure(sqlstate::kProtocolViolation, "pooler is not paused/suspended"));
  const bool are_all = ledgers.orders().are_all_paused;
  answer(request, failure(sqlstate::kProtocolViolation, are_all ? "all databases are paused: use RESUME"
                                                                : "database " + database + " is not paused"));
}

// The clients that come meanwhile wait for a resume.
void ConsoleActions::kill(Request request) {
  const auto database = request.order.database;
  environment_.commons.ledgers.pause(database);
  const auto left = std::make_shared<std::atomic<std::size_t>>(environment_.serving.size());
  for (const auto& serving : environment_.serving) {
    serving->worker().post([&told = *serving, database, left] {
      told.kill(database, killed());
      --*left;
    });
  }
  wait(std::move(request), [left] { return *left == 0; });
}

void ConsoleActions::kill_client(Request request) {
  const auto id = request.order.client;
  const auto left = std::make_shared<std::atomic<std::size_t>>(environment_.serving.size());
  const auto is_found = std::make_shared<std::atomic<bool>>(false);
  for (const auto& serving : environment_.serving) {
    serving->worker().post([&told = *serving, id, left, is_found] {
      if (told.kill_client(id, killed())) *is_found = true;
      --*left;
    });
  }
  wait(
      std::move(request), [left] { return *left == 0; },
      [is_found, id] {
        if (*is_found) return Outcome();
        return failure(sqlstate::kUndefinedObject, "no such client: c" + std::to_string(id));
      });
}

// --- settings

void ConsoleActions::set(Request request) {
  const auto& order = request.order;
  auto changed = config::with_option(*environment_.commons.live.current(), order.option, order.value);
  if (!changed) return answer(request, failure(sqlstate::kInvalidParameterValue, changed.error()));
  environment_.commons.log.info("option set", {{"option", order.option}, {"value", order.value}});
  adopt(std::move(*changed), false);
  answer(request, {});
}

void ConsoleActions::adopt(config::Settings changed, bool has_other_entries) {
  auto& commons = environment_.commons;
  const auto settings = std::make_shared<const config::Settings>(std::move(changed));
  commons.live.publish(settings);
  commons.log.set_level(settings->log.level);
  environment_.threads.auth_queries.adopt(settings);
  if (has_other_entries) {
    secrets_ = std::make_shared<const auth::SecretStore>(*settings);
    derive_keys();
  }
  const Adoption adoption{.settings = settings, .secrets = secrets_, .has_other_entries = has_other_entries};
  for (const auto& serving : environment_.serving) {
    serving->worker().post([&told = *serving, adoption] { told.adopt(adoption); });
  }
  auto& first = *environment_.serving.front();
  first.worker().post([&first] { first.pools().start(); });
  environment_.on_adopted();
}

void ConsoleActions::derive_keys() {
  std::ignore = environment_.threads.look_ups.submit([this, secrets = secrets_] {
    auto& commons = environment_.commons;
    const auto count = commons.server_secrets.derive_all(*secrets, environment_.threads.are_ending);
    commons.log.debug("SCRAM keys derived", {{"users", count}});
  });
}

// One at a time: the last one that was asked for holds in the end.
void ConsoleActions::read_again(Request request) {
  reloads_.push_back(std::move(request));
  if (reloads_.size() == 1) begin_reload();
}

// On a thread where files may block. All that is wrong is found before anything changes.
void ConsoleActions::begin_reload() {
  const auto work = [this] { environment_.home.post([this, read = read_configuration()] { end_reload(read); }); };
  if (environment_.threads.look_ups.submit(work)) return;
  end_reload(std::unexpected(failure(sqlstate::kConfigurationLimitExceeded, "too much is being looked up: try again")));
}

auto ConsoleActions::read_configuration() -> Read {
  std::expected<config::Settings, std::vector<config::Problem>> wanted = *environment_.commons.settings;
  if (source_) wanted = source_();
  if (!wanted) {
    std::string problems;
    for (const auto& problem : wanted.error()) problems += (problems.empty() ? "" : "\n") + problem.message();
    return std::unexpected(
        failure(sqlstate::kInvalidParameterValue, "the configuration has mistakes: nothing was changed", problems));
  }
  auto tls = environment_.tls_files.read(wanted->client.tls);
  if (!tls) {
    return std::unexpected(failure(sqlstate::kInvalidParameterValue,
                                   "the files of client.tls cannot be used: nothing was changed", tls.error()));
  }
  return Wanted{.settings = std::make_shared<const config::Settings>(std::move(*wanted)), .tls = std::move(*tls)};
}

void ConsoleActions::end_reload(const Read& read) {
  auto request = std::move(reloads_.front());
  reloads_.pop_front();
  if (read) {
    answer(request, take_configuration(*read));
  } else {
    const auto& error = read.error().errors.front();
    environment_.commons.log.warning("configuration not reloaded",
                                     {{"error", error.detail.empty() ? error.message : error.detail}});
    answer(request, read.error());
  }
  if (!reloads_.empty()) begin_reload();
}

auto ConsoleActions::take_configuration(const Wanted& wanted) -> Outcome {
  auto changes = config::live_changes(*environment_.commons.live.current(), *wanted.settings);
  const std::array lists{std::pair{"added", joined(changes.added)}, std::pair{"removed", joined(changes.removed)},
                         std::pair{"changed", joined(changes.changed)},
                         std::pair{"changed for new connections", joined(changes.replaced)},
                         std::pair{"changes only with a restart", joined(changes.need_restart)}};
  environment_.commons.log.info("configuration reloaded", {{"added", lists[0].second},
                                                           {"removed", lists[1].second},
                                                           {"changed", lists[2].second},
                                                           {"for_new_connections", lists[3].second},
                                                           {"need_restart", lists[4].second}});
  if (!changes.is_empty()) {
    const bool has_other_entries = !changes.added.empty() || !changes.removed.empty() || !changes.replaced.empty();
    adopt(std::move(changes.settings), has_other_entries);
  }
  environment_.tls_files.use(wanted.tls);
  Outcome outcome;
  for (const auto& [what, paths] : lists) {
    if (!paths.empty()) outcome.notices.push_back(notice(std::string(what) + ": " + paths));
  }
  return outcome;
}

}  // namespace howdah
