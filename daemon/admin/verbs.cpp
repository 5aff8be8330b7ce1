#include "daemon/admin/verbs.h"

#include <algorithm>
#include <array>

#include "daemon/admin/client_number.h"
#include "daemon/admin/trace_command.h"
#include "protocol/sqlstate.h"

namespace howdah::admin {

using protocol::ErrorFields;
using protocol::Severity;
namespace sqlstate = protocol::sqlstate;

namespace {

using Outcome = std::expected<Command, ErrorFields>;
using Words = std::vector<std::string>;

constexpr std::size_t kMostShownBytes = 200;

// Settings that drivers send at their start. They change nothing here.
constexpr auto kDriverSettings = std::to_array<std::string_view>({
    "application_name",
    "bytea_output",
    "client_encoding",
    "client_min_messages",
    "datestyle",
    "extra_float_digits",
    "idle_in_transaction_session_timeout",
    "intervalstyle",
    "jit",
    "lock_timeout",
    "names",
    "search_path",
    "session",
    "standard_conforming_strings",
    "statement_timeout",
    "time",
    "timezone",
    "transaction",
});

Command ordered(std::string_view tag, Order order) {
  return {.kind = Command::Kind::Order, .tag = tag, .order = std::move(order)};
}

// --- orders about a database, or all

enum class Database { Needed, Optional };

template <Order::Kind kKind, Database kDatabase>
Outcome read_for_database(const Statement& statement, std::string_view tag) {
  const auto& words = statement.words;
  if (words.size() > 2) return unknown_command(statement);
  if (words.size() == 1 && kDatabase == Database::Needed) {
    return syntax_error("a database is required", "Expected " + std::string(tag) + " database.");
  }
  return ordered(tag, {.kind = kKind, .database = words.size() == 2 ? words[1] : ""});
}

Outcome read_pause(const Statement& statement) {
  return read_for_database<Order::Kind::Pause, Database::Optional>(statement, "PAUSE");
}
Outcome read_resume(const Statement& statement) {
  return read_for_database<Order::Kind::Resume, Database::Optional>(statement, "RESUME");
}
Outcome read_disable(const Statement& statement) {
  return read_for_database<Order::Kind::Disable, Database::Needed>(statement, "DISABLE");
}
Outcome read_enable(const Statement& statement) {
  return read_for_database<Order::Kind::Enable, Database::Needed>(statement, "ENABLE");
}
Outcome read_kill(const Statement& statement) {
  return read_for_database<Order::Kind::Kill, Database::Optional>(statement, "KILL");
}
Outcome read_reconnect(const Statement& statement) {
  return read_for_database<Order::Kind::Reconnect, Database::Optional>(statement, "RECONNECT");
}
Outcome read_wait_close(const Statement& statement) {
  return read_for_database<Order::Kind::WaitClose, Database::Optional>(statement, "WAIT_CLOSE");
}

// --- other orders

Outcome read_kill_client(const Statement& statement) {
  const auto& words = statement.words;
  if (words.size() != 2) return syntax_error("a client is required", "Expected KILL_CLIENT ptr, of SHOW CLIENTS.");
  const auto client = read_client_number(words[1]);
  if (!client) {
    return syntax_error("\"" + shortened(words[1]) + "\" is no client", "Expected KILL_CLIENT ptr, of SHOW CLIENTS.");
  }
  return ordered("KILL_CLIENT", {.kind = Order::Kind::KillClient, .client = *client});
}

Outcome read_reload(const Statement& statement) {
  if (statement.words.size() != 1) return unknown_command(statement);
  return ordered("RELOAD", {.kind = Order::Kind::Reload});
}

Outcome read_trace_order(const Statement& statement) {
  const auto trace = read_trace(statement);
  if (!trace) return std::unexpected(trace.error());
  return ordered("TRACE", {.kind = Order::Kind::Trace, .trace = *trace});
}

Outcome read_shutdown(const Statement& statement) {
  using Shutdown = Order::Shutdown;
  constexpr auto kWays = std::to_array<std::pair<std::string_view, Shutdown>>({
      {"wait_for_servers", Shutdown::WaitForServers},
      {"wait_for_clients", Shutdown::WaitForClients},
  });
  const auto& words = statement.words;
  if (words.size() == 1) return ordered("SHUTDOWN", {.kind = Order::Kind::Shutdown});
  const auto way = std::ranges::find(kWays, words[1], &decltype(kWays)::value_type::first);
  if (words.size() > 2 || way == kWays.end()) return unknown_command(statement);
  return ordered("SHUTDOWN", {.kind = Order::Kind::Shutdown, .shutdown = way->second});
}

Outcome refuse_suspend(const Statement& /*statement*/) {
  auto error = protocol::make_error(Severity::Error, sqlstate::kFeatureNotSupported, "SUSPEND is not supported");
  error.hint = "It prepares PgBouncer for a takeover by its option -R. PAUSE waits until nothing is under way.";
  return std::unexpected(std::move(error));
}

// --- SET

// The words up to "=" or "to" are one path: "databases.*.pool.max_size" comes as several.
Outcome read_set_option(const Words& words) {
  const auto is_assignment = [](const std::string& word) { return word == "=" || word == "to"; };
  const auto equals = std::find_if(words.begin() + 1, words.end(), is_assignment);
  if (words.end() - equals < 2) return syntax_error("syntax error at end of input", "Expected SET option = value.");
  Order order{.kind = Order::Kind::Set};
  for (auto word = words.begin() + 1; word != equals; ++word) order.option += *word;
  for (auto word = equals + 1; word != words.end(); ++word) order.value += *word;
  return ordered("SET", std::move(order));
}

bool is_of_driver(const Words& words) {
  return words.size() >= 2 && std::ranges::find(kDriverSettings, words[1]) != kDriverSettings.end();
}

Outcome read_set(const Statement& statement) {
  const auto& words = statement.words;
  if (words.size() < 3) return syntax_error("syntax error at end of input", "Expected SET option = value.");
  if (is_of_driver(words)) return Command{.kind = Command::Kind::Courtesy, .tag = "SET"};
  return read_set_option(words);
}

// --- to look

Outcome read_show(const Statement& statement) {
  const auto& words = statement.words;
  if (words.size() == 2 && words[1] == "help") return Command{.kind = Command::Kind::Help, .tag = "SHOW"};
  if (words.size() == 2 && words[1] == "fds") {
    auto error = protocol::make_error(Severity::Error, sqlstate::kFeatureNotSupported, "SHOW FDS is not supported");
    error.hint = "It hands PgBouncer's sockets over to another PgBouncer. SHOW SOCKETS shows them.";
    return std::unexpected(std::move(error));
  }
  const auto* show = words.size() == 2 ? find_show(words[1]) : nullptr;
  if (show != nullptr) return Command{.kind = Command::Kind::Show, .tag = "SHOW", .show = show};
  std::string names;
  for (const auto& one : all_shows()) names.append(names.empty() ? "" : ", ").append(one.name);
  auto error = unknown_command(statement);
  error.error().hint = "SHOW knows: help, " + names + ".";
  return error;
}

Outcome read_help(const Statement& statement) {
  if (statement.words.size() != 1) return unknown_command(statement);
  return Command{.kind = Command::Kind::Help, .tag = "SHOW"};
}

// --- what drivers say

constexpr auto kBegins = Command::Transaction::Begins;
constexpr auto kEnds = Command::Transaction::Ends;

Outcome courtesy(std::string_view tag, Command::Transaction effect) {
  return Command{.kind = Command::Kind::Courtesy, .tag = tag, .transaction = effect};
}
Outcome read_begin(const Statement& /*statement*/) {
  return courtesy("BEGIN", kBegins);
}
Outcome read_start(const Statement& /*statement*/) {
  return courtesy("START TRANSACTION", kBegins);
}
Outcome read_commit(const Statement& /*statement*/) {
  return courtesy("COMMIT", kEnds);
}
Outcome read_rollback(const Statement& /*statement*/) {
  return courtesy("ROLLBACK", kEnds);
}

constexpr auto kActs = Role::Acts;
constexpr auto kLooks = Role::Looks;
constexpr auto kVerbs = std::to_array<Verb>({
    {"show", "", kLooks, read_show},
    {"help", "", kLooks, read_help},
    {"pause", "PAUSE [database]", kActs, read_pause},
    {"resume", "RESUME [database]", kActs, read_resume},
    {"disable", "DISABLE database", kActs, read_disable},
    {"enable", "ENABLE database", kActs, read_enable},
    {"kill", "KILL [database]", kActs, read_kill},
    {"kill_client", "KILL_CLIENT ptr", kActs, read_kill_client},
    {"reconnect", "RECONNECT [database]", kActs, read_reconnect},
    {"wait_close", "WAIT_CLOSE [database]", kActs, read_wait_close},
    {"reload", "RELOAD", kActs, read_reload},
    {"set", "SET option = value", kActs, read_set},
    {"suspend", "", kActs, refuse_suspend},
    {"shutdown", "SHUTDOWN [WAIT_FOR_SERVERS | WAIT_FOR_CLIENTS]", kActs, read_shutdown},
    {"trace", "TRACE CLIENT ptr [FOR 30s] [WITH VALUES] | TRACE CLIENT ptr OFF", kActs, read_trace_order},
    {"begin", "", kLooks, read_begin},
    {"start", "", kLooks, read_start},
    {"commit", "", kLooks, read_commit},
    {"end", "", kLooks, read_commit},
    {"rollback", "", kLooks, read_rollback},
});

}  // namespace

std::span<const Verb> all_verbs() {
  return kVerbs;
}

const Verb* find_verb(std::string_view word) {
  const auto verb = std::ranges::find(kVerbs, word, &Verb::word);
  return verb == kVerbs.end() ? nullptr : &*verb;
}

bool is_courtesy(const Statement& statement) {
  return statement.words.front() == "set" && is_of_driver(statement.words);
}

// Cut at a whole character.
std::string shortened(std::string_view text) {
  if (text.size() <= kMostShownBytes) return std::string(text);
  auto end = kMostShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::unexpected<ErrorFields> syntax_error(std::string message, std::string hint) {
  auto error = protocol::make_error(Severity::Error, sqlstate::kSyntaxError, std::move(message));
  error.hint = std::move(hint);
  return std::unexpected(std::move(error));
}

std::unexpected<ErrorFields> unknown_command(const Statement& statement) {
  return syntax_error("unknown command \"" + shortened(statement.text) + "\"", "Use SHOW HELP.");
}

}  // namespace howdah::admin
