#include "daemon/admin/trace_command.h"

#include <string_view>

#include "config/units.h"
#include "daemon/admin/client_number.h"
#include "protocol/sqlstate.h"

namespace howdah::admin {

namespace {

constexpr std::string_view kForm = "Expected TRACE CLIENT id [FOR 30s] [WITH VALUES], or TRACE CLIENT id OFF.";

std::unexpected<protocol::ErrorFields> malformed(std::string message) {
  auto error = protocol::make_error(protocol::Severity::Error, protocol::sqlstate::kSyntaxError, std::move(message));
  error.hint = kForm;
  return std::unexpected(std::move(error));
}

}  // namespace

std::expected<TraceOrder, protocol::ErrorFields> read_trace(const Statement& statement) {
  const auto& words = statement.words;
  TraceOrder order;
  if (words.size() < 3 || words[1] != "client") return malformed("a client is required");
  const auto client = read_client_number(words[2]);
  if (!client) return malformed("that is no client of SHOW CLIENTS");
  order.client = *client;
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
