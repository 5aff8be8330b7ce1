#include "daemon/admin/trace_command.h"

#include <charconv>
#include <string_view>

#include "config/units.h"
#include "protocol/sqlstate.h"

namespace howdah::admin {

namespace {

constexpr std::string_view kForm = "Expected TRACE CLIENT id [FOR 30s] [WITH VALUES], or TRACE CLIENT id OFF.";

std::unexpected<protocol::ErrorFields> malformed(std::string message) {
  auto error = protocol::make_error(protocol::Severity::Error, protocol::sqlstate::kSyntaxError, std::move(message));
  error.hint = kForm;
  return std::unexpected(std::move(error));
}

// "12", or "c12" as SHOW CLIENTS may have it.
bool read_client(std::string_view text, std::uint64_t& client) {
  if (text.starts_with('c')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), client);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::expected<TraceOrder, protocol::ErrorFields> read_trace(const Statement& statement) {
  const auto& words = statement.words;
  TraceOrder order;
  if (words.size() < 3 || words[1] != "client") return malformed("a client is required");
  if (!read_client(words[2], order.client)) return malformed("that is no client of SHOW CLIENTS");
  if (words.size() == 4 && words[3] == "off") {
    order.is_off = true;
    return order;
  }
  auto at = 3UZ;
  if (words.size() >= at + 2 && words[at] == "for") {
    const auto time = config::parse_duration(words[at + 1]);
    if (!time || time->count() <= 0) return malformed("that is no time");
    order.time = *time;
    at += 2;
  }
  if (words.size() >= at + 2 && words[at] == "with" && words[at + 1] == "values") {
    order.with_values = true;
    at += 2;
  }
  if (at != words.size()) return malformed("syntax error in TRACE");
  return order;
}

}  // namespace howdah::admin
