#include "daemon/admin/command.h"

#include <algorithm>
#include <array>

#include "protocol/sqlstate.h"

namespace howdah::admin {

using protocol::ErrorFields;
using protocol::Severity;
namespace sqlstate = protocol::sqlstate;

namespace {

using Outcome = std::expected<Command, ErrorFields>;

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

struct TransactionWord {
  std::string_view word;
  std::string_view tag;
  Command::Transaction effect;
};
constexpr auto kBegins = Command::Transaction::Begins;
constexpr auto kEnds = Command::Transaction::Ends;
constexpr auto kTransactionWords = std::to_array<TransactionWord>({
    {"begin", "BEGIN", kBegins},
    {"commit", "COMMIT", kEnds},
    {"end", "COMMIT", kEnds},
    {"rollback", "ROLLBACK", kEnds},
    {"start", "START TRANSACTION", kBegins},
});

// Cut at a whole character.
std::string shortened(std::string_view text) {
  if (text.size() <= kMostShownBytes) return std::string(text);
  auto end = kMostShownBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string shows_in_words() {
  std::string names;
  for (const auto& show : all_shows()) names.append(names.empty() ? "" : ", ").append(show.name);
  return names;
}

Outcome syntax_error(std::string message, std::string hint) {
  auto error = protocol::make_error(Severity::Error, sqlstate::kSyntaxError, std::move(message));
  error.hint = std::move(hint);
  return std::unexpected(std::move(error));
}

Outcome read_show(const Statement& statement) {
  const auto& words = statement.words;
  if (words.size() == 2 && words[1] == "help") return Command{.kind = Command::Kind::Help, .tag = "SHOW"};
  const auto* show = words.size() == 2 ? find_show(words[1]) : nullptr;
  if (show != nullptr) return Command{.kind = Command::Kind::Show, .tag = "SHOW", .show = show};
  return syntax_error("unknown command \"" + shortened(statement.text) + "\"",
                      "SHOW knows: help, " + shows_in_words() + ".");
}

Outcome read_set(const Statement& statement) {
  const auto& words = statement.words;
  if (words.size() < 3) return syntax_error("syntax error at end of input", "Expected SET name = value.");
  if (std::ranges::find(kDriverSettings, words[1]) != kDriverSettings.end()) {
    return Command{.kind = Command::Kind::Courtesy, .tag = "SET"};
  }
  auto error = protocol::make_error(Severity::Error, sqlstate::kFeatureNotSupported,
                                    "\"" + shortened(words[1]) + "\" cannot be set on the console");
  error.hint = "Change the configuration.";
  return std::unexpected(std::move(error));
}

}  // namespace

Outcome read_command(const Statement& statement) {
  if (statement.words.empty()) return Command{};
  const auto& verb = statement.words.front();
  if (verb == "show") return read_show(statement);
  if (verb == "set") return read_set(statement);
  if (verb == "trace") {
    const auto order = read_trace(statement);
    if (!order) return std::unexpected(order.error());
    return Command{.kind = Command::Kind::Trace, .tag = "TRACE", .trace = *order};
  }
  if (verb == "help" && statement.words.size() == 1) return Command{.kind = Command::Kind::Help, .tag = "SHOW"};
  const auto word = std::ranges::find(kTransactionWords, verb, &TransactionWord::word);
  if (word != kTransactionWords.end()) {
    return Command{.kind = Command::Kind::Courtesy, .tag = word->tag, .transaction = word->effect};
  }
  return syntax_error("unknown command \"" + shortened(statement.text) + "\"", "Use SHOW HELP.");
}

ErrorFields help() {
  auto notice = protocol::make_error(Severity::Notice, "00000", "Console usage");
  notice.detail = "\n\tSHOW HELP";
  for (const auto& show : all_shows()) {
    notice.detail += "\n\tSHOW ";
    for (const char letter : show.name) {
      notice.detail += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    }
  }
  notice.detail += "\n\tTRACE CLIENT id [FOR 30s] [WITH VALUES]\n\tTRACE CLIENT id OFF";
  return notice;
}

}  // namespace howdah::admin
