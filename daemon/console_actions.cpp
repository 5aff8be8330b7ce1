#include "daemon/console_actions.h"

#include <algorithm>
#include <atomic>
#include <utility>

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

ErrorFields killed() {
  return protocol::make_error(Severity::Fatal, sqlstate::kAdminShutdown,
                              "terminating connection due to administrator command");
}

}  // namespace

void ConsoleActions::carry_out(Order order, std::shared_ptr<admin::Ticket> ticket, worker::Mailbox& asker, Done done) {
  Request request{.order = std::move(order), .ticket = std::move(ticket), .asker = &asker, .done = std::move(done)};
  environment_.home.post([this, request = std::move(request)]() mutable { begin(std::move(request)); });
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
      return environment_.configuration.reload(answerer(std::move(request)));
    case Order::Kind::Set:
      return answer(request, environment_.configuration.set(request.order.option, request.order.value));
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

admin::Actions::Done ConsoleActions::answerer(Request request) {
  return [request = std::move(request)](Outcome outcome) mutable { answer(request, std::move(outcome)); };
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

}  // namespace howdah
