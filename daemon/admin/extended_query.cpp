#include "daemon/admin/extended_query.h"

#include <algorithm>
#include <limits>

#include "daemon/admin/result_encoder.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"

namespace howdah::admin {

using protocol::ByteReader;
using protocol::Bytes;
using protocol::ErrorFields;
using protocol::Severity;
namespace sqlstate = protocol::sqlstate;

namespace {

constexpr std::size_t kMostStatements = 1000;
constexpr std::size_t kMostPortals = 10;  // each may hold the rows of all clients

constexpr std::string_view kInvalidStatementName = "26000";
constexpr std::string_view kDuplicateStatement = "42P05";
constexpr std::string_view kInvalidCursorName = "34000";
constexpr std::string_view kDuplicateCursor = "42P03";

std::unexpected<ErrorFields> failure(std::string_view state, std::string message) {
  return std::unexpected(protocol::make_error(Severity::Error, state, std::move(message)));
}

std::unexpected<ErrorFields> malformed() {
  return failure(sqlstate::kProtocolViolation, "invalid message format");
}

std::unexpected<ErrorFields> no_statement(std::string_view name) {
  if (name.empty()) return failure(kInvalidStatementName, "unnamed prepared statement does not exist");
  return failure(kInvalidStatementName, "prepared statement \"" + std::string(name) + "\" does not exist");
}

std::unexpected<ErrorFields> no_portal(std::string_view name) {
  return failure(kInvalidCursorName, "portal \"" + std::string(name) + "\" does not exist");
}

std::size_t column_count(const Command& command) {
  return command.kind == Command::Kind::Show ? command.show->columns.size() : 0;
}

void append_description(std::string& out, const Command& command, std::span<const Format> formats) {
  if (command.kind != Command::Kind::Show) return append_bare(out, 'n');  // NoData
  append_row_description(out, command.show->columns, formats);
}

// One statement or none. (PostgreSQL documentation: "Extended Query", on Parse)
std::expected<Command, ErrorFields> read_one_command(std::string_view text) {
  const auto statements = split_statements(text);
  if (!statements) return failure(sqlstate::kSyntaxError, statements.error());
  if (statements->empty()) return Command{};
  if (statements->size() == 1) return read_command(statements->front());
  return failure(sqlstate::kSyntaxError, "cannot insert multiple commands into a prepared statement");
}

// A count and as many 16-bit codes; nothing where that is not what follows.
std::optional<std::vector<std::int16_t>> read_codes(ByteReader& reader) {
  const auto count = reader.int16();
  if (!count || *count < 0) return std::nullopt;
  std::vector<std::int16_t> codes;
  for (int i = 0; i < *count; ++i) {
    const auto code = reader.int16();
    if (!code) return std::nullopt;
    codes.push_back(*code);
  }
  return codes;
}

// No code: text for all; one: for all; else one for each column.
std::expected<std::vector<Format>, ErrorFields> read_formats(const std::vector<std::int16_t>& codes,
                                                             std::size_t columns) {
  if (codes.size() > 1 && codes.size() != columns) {
    return failure(sqlstate::kProtocolViolation, "bind message has " + std::to_string(codes.size()) +
                                                     " result formats but query has " + std::to_string(columns) +
                                                     " columns");
  }
  std::vector<Format> formats(columns, Format::Text);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] != 0 && codes[i] != 1) {
      return failure(sqlstate::kInvalidParameterValue, "unsupported format code: " + std::to_string(codes[i]));
    }
    if (codes.size() == 1) std::ranges::fill(formats, static_cast<Format>(codes[i]));
    if (codes.size() > 1) formats[i] = static_cast<Format>(codes[i]);
  }
  return formats;
}

}  // namespace

void ExtendedQuery::on_message(char type, Bytes body, std::string& out) {
  if (is_skipping_) return;
  const auto outcome = [&]() -> Outcome {
    switch (type) {
      case 'P':
        return parse(ByteReader(body), out);
      case 'B':
        return bind(ByteReader(body), out);
      case 'D':
        return describe(ByteReader(body), out);
      case 'E':
        return execute(ByteReader(body), out);
      case 'C':
        return close(ByteReader(body), out);
      default:
        return malformed();
    }
  }();
  if (outcome) return;
  protocol::append_error(out, outcome.error());
  is_skipping_ = true;
}

void ExtendedQuery::on_sync(std::string& out) {
  is_skipping_ = false;
  if (status_ == protocol::TransactionStatus::Idle) portals_.clear();
  append_ready(out);
}

void ExtendedQuery::on_simple_query() {
  if (status_ == protocol::TransactionStatus::Idle) portals_.clear();
  portals_.erase(std::string());
  statements_.erase(std::string());
}

void ExtendedQuery::take_effect(const Command& command) {
  switch (command.transaction) {
    case Command::Transaction::Unchanged:
      break;
    case Command::Transaction::Begins:
      status_ = protocol::TransactionStatus::InTransaction;
      break;
    case Command::Transaction::Ends:
      status_ = protocol::TransactionStatus::Idle;
      portals_.clear();
      break;
  }
}

ExtendedQuery::Outcome ExtendedQuery::parse(ByteReader body, std::string& out) {
  const auto name = body.c_string();
  const auto text = name ? body.c_string() : std::nullopt;
  const auto type_count = text ? body.int16() : std::nullopt;
  if (!type_count || *type_count < 0 || body.rest().size() != std::size_t{4} * static_cast<std::size_t>(*type_count)) {
    return malformed();
  }
  const auto command = read_one_command(*text);
  if (!command) return std::unexpected(command.error());
  if (!name->empty() && statements_.contains(*name)) {
    return failure(kDuplicateStatement, "prepared statement \"" + std::string(*name) + "\" already exists");
  }
  if (statements_.size() >= kMostStatements && !statements_.contains(*name)) {
    return failure(sqlstate::kProgramLimitExceeded, "too many prepared statements on the console");
  }
  statements_.insert_or_assign(std::string(*name), *command);
  append_bare(out, '1');
  return {};
}

ExtendedQuery::Outcome ExtendedQuery::bind(ByteReader body, std::string& out) {
  const auto portal = body.c_string();
  const auto name = portal ? body.c_string() : std::nullopt;
  const auto parameter_formats = name ? read_codes(body) : std::nullopt;
  const auto value_count = parameter_formats ? body.int16() : std::nullopt;
  if (!value_count) return malformed();
  const auto statement = statements_.find(*name);
  if (statement == statements_.end()) return no_statement(*name);
  if (*value_count != 0) {
    return failure(sqlstate::kProtocolViolation, "bind message supplies " + std::to_string(*value_count) +
                                                     " parameters, but prepared statement \"" + std::string(*name) +
                                                     "\" requires 0");
  }
  const auto codes = read_codes(body);
  if (!codes || !body.is_empty()) return malformed();
  const auto formats = read_formats(*codes, column_count(statement->second));
  if (!formats) return std::unexpected(formats.error());
  if (!portal->empty() && portals_.contains(*portal)) {
    return failure(kDuplicateCursor, "portal \"" + std::string(*portal) + "\" already exists");
  }
  if (portals_.size() >= kMostPortals && !portals_.contains(*portal)) {
    return failure(sqlstate::kProgramLimitExceeded, "too many portals on the console");
  }
  portals_.insert_or_assign(std::string(*portal), Portal{.command = statement->second, .formats = *formats});
  append_bare(out, '2');
  return {};
}

ExtendedQuery::Outcome ExtendedQuery::describe(ByteReader body, std::string& out) const {
  const auto kind = body.byte();
  const auto name = kind ? body.c_string() : std::nullopt;
  if (!name || !body.is_empty()) return malformed();
  if (*kind == 'S') {
    const auto statement = statements_.find(*name);
    if (statement == statements_.end()) return no_statement(*name);
    protocol::MessageWriter(out, 't').int16(0);
    append_description(out, statement->second, {});
    return {};
  }
  if (*kind != 'P') return malformed();
  const auto portal = portals_.find(*name);
  if (portal == portals_.end()) return no_portal(*name);
  append_description(out, portal->second.command, portal->second.formats);
  return {};
}

ExtendedQuery::Outcome ExtendedQuery::execute(ByteReader body, std::string& out) {
  const auto name = body.c_string();
  const auto limit = name ? body.int32() : std::nullopt;
  if (!limit || !body.is_empty()) return malformed();
  const auto found = portals_.find(*name);
  if (found == portals_.end()) return no_portal(*name);
  auto& portal = found->second;
  switch (portal.command.kind) {
    case Command::Kind::Empty:
      append_bare(out, 'I');
      return {};
    case Command::Kind::Show:
      send_rows(portal, *limit > 0 ? static_cast<std::size_t>(*limit) : std::numeric_limits<std::size_t>::max(), out);
      return {};
    case Command::Kind::Help:
      protocol::append_error(out, help());
      break;
    case Command::Kind::Trace:
      order_ = portal.command.trace;
      return {};
    case Command::Kind::Courtesy:
      break;
  }
  append_command_complete(out, portal.command.tag);
  take_effect(Command(portal.command));  // the portal may end here
  return {};
}

void ExtendedQuery::send_rows(Portal& portal, std::size_t limit, std::string& out) const {
  if (!portal.has_run) portal.rows = portal.command.show->make_rows(source_);
  portal.has_run = true;
  for (; limit > 0 && portal.next_row < portal.rows.size(); --limit) {
    append_data_row(out, portal.command.show->columns, portal.rows[portal.next_row++], portal.formats);
  }
  if (limit == 0) return append_bare(out, 's');  // PortalSuspended, even if that was the last row
  append_command_complete(out, portal.command.tag);
}

ExtendedQuery::Outcome ExtendedQuery::close(ByteReader body, std::string& out) {
  const auto kind = body.byte();
  const auto name = kind ? body.c_string() : std::nullopt;
  if (!name || !body.is_empty() || (*kind != 'S' && *kind != 'P')) return malformed();
  if (*kind == 'S') statements_.erase(std::string(*name));
  if (*kind == 'P') portals_.erase(std::string(*name));
  append_bare(out, '3');  // also where there was none
  return {};
}

}  // namespace howdah::admin
