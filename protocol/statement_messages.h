// The fronts of the messages that name prepared statements, read and written anew with other names.
// (PostgreSQL documentation: Parse, Bind, Describe, Close in "Message Formats")
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::protocol {

// PostgreSQL tells names of statements apart by so many bytes.
inline constexpr std::size_t kMaxStatementNameBytes = 63;
[[nodiscard]] inline std::string_view cut_statement_name(std::string_view name) {
  return name.substr(0, kMaxStatementNameBytes);
}

struct ParseBody {
  std::string_view name;
  Bytes definition;  // text, zero byte, count of types, types
};

// Of a whole Parse; nothing where PostgreSQL would refuse it as malformed.
[[nodiscard]] std::optional<ParseBody> read_parse(Bytes body);
// The text in a definition.
[[nodiscard]] std::string_view statement_text(Bytes definition);

// The text of a whole Query or Parse; empty where it is malformed.
[[nodiscard]] std::string_view request_text(char type, Bytes body);

struct BindFront {
  std::string_view portal;
  std::string_view statement;
  std::size_t size_bytes = 0;  // up to and with the statement's zero byte
};

// Of the front of a Bind; nothing where not even its names can be read from it.
[[nodiscard]] inline std::optional<BindFront> read_bind_front(Bytes body) {
  const auto portal_size = body.starts_with('\0') ? 0 : body.find('\0');
  if (portal_size == Bytes::npos) return std::nullopt;
  const auto names = body.substr(portal_size + 1);
  const auto statement_size = names.find('\0');
  if (statement_size == Bytes::npos) return std::nullopt;
  return BindFront{body.substr(0, portal_size), names.substr(0, statement_size), portal_size + statement_size + 2};
}

struct Target {
  char kind = 0;  // 'S': statement, 'P': portal
  std::string_view name;
};

// Of a whole Describe or Close; nothing where it is malformed.
[[nodiscard]] std::optional<Target> read_target(Bytes body);

void append_parse(std::string& out, std::string_view name, Bytes definition);
// Header and names of a Bind with so many bytes to follow behind the names.
void append_bind_front(std::string& out, std::string_view portal, std::string_view statement,
                       std::size_t following_bytes);
// Without parameters, all results as text; the whole of a portal without a limit.
void append_bind(std::string& out, std::string_view portal, std::string_view statement);
void append_execute(std::string& out, std::string_view portal);
void append_describe_statement(std::string& out, std::string_view name);
void append_close_statement(std::string& out, std::string_view name);

}  // namespace howdah::protocol
