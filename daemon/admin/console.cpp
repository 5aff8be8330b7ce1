#include "daemon/admin/console.h"

#include <array>
#include <utility>

#include "daemon/admin/command.h"
#include "daemon/admin/result_encoder.h"
#include "daemon/admin/statement.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"

namespace howdah::admin {

using protocol::Bytes;
using protocol::Severity;
namespace sqlstate = protocol::sqlstate;

namespace {

// Each may answer with as many rows as there are clients; a query is not to make a gigabyte of them.
constexpr std::size_t kMostStatements = 100;

// psql and the drivers choose their ways by the number in front; it promises no more than the protocol.
constexpr std::string_view kServerVersion = "15.0 (howdah " HOWDAH_VERSION ")";

constexpr auto kParameters = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"server_version", kServerVersion},
    {"server_encoding", "UTF8"},
    {"client_encoding", "UTF8"},
    {"application_name", ""},
    {"DateStyle", "ISO, MDY"},
    {"IntervalStyle", "postgres"},
    {"TimeZone", "UTC"},
    {"integer_datetimes", "on"},
    {"standard_conforming_strings", "on"},
    {"in_hot_standby", "off"},
    {"default_transaction_read_only", "off"},
    {"is_superuser", "on"},
});

protocol::ErrorFields error(std::string_view state, std::string message) {
  return protocol::make_error(Severity::Error, state, std::move(message));
}

void run(const Command& command, const stats::SnapshotSource& source, std::string& out) {
  switch (command.kind) {
    case Command::Kind::Empty:
      return append_bare(out, 'I');
    case Command::Kind::Show:
      append_row_description(out, command.show->columns);
      for (const auto& row : command.show->make_rows(source)) append_data_row(out, command.show->columns, row);
      break;
    case Command::Kind::Help:
      protocol::append_error(out, help());
      break;
    case Command::Kind::Courtesy:
    case Command::Kind::Trace:  // it has been carried out
      break;
  }
  append_command_complete(out, command.tag);
}

}  // namespace

void Console::append_welcome(std::string& out) const {
  for (const auto& [name, value] : kParameters) protocol::append_parameter_status(out, name, value);
}

Console::Step Console::on_message(char type, Bytes body, std::string& out) {
  if (type == 'X') return Step::Goodbye;
  if (type == 'S') {
    extended_.on_sync(out);
    return Step::Answered;
  }
  if (extended_.is_skipping()) return Step::Answered;
  switch (type) {
    case 'Q':
      return on_query(body, out);
    case 'F':
      protocol::append_error(out, error(sqlstate::kFeatureNotSupported, "the console has no functions to call"));
      extended_.append_ready(out);
      break;
    case 'H':  // Flush: what there is goes out at once anyway
    case 'd':  // late messages of a COPY are ignored, as in PostgreSQL
    case 'c':
    case 'f':
      break;
    default:
      extended_.on_message(type, body, out);
      order_ = extended_.take_order();
      return order_ ? Step::Ordered : Step::Answered;
  }
  return Step::Answered;
}

void Console::on_outcome(const TraceActions::Outcome& outcome, std::string& out) {
  protocol::append_error(out, outcome ? *outcome : outcome.error());
  if (outcome) append_command_complete(out, "TRACE");
  if (std::exchange(is_in_query_, false)) return extended_.append_ready(out);
  if (!outcome) extended_.skip();
}

Console::Step Console::on_query(Bytes body, std::string& out) {
  extended_.on_simple_query();
  order_.reset();
  protocol::ByteReader reader(body);
  const auto text = reader.c_string();
  if (!text || !reader.is_empty()) {
    protocol::append_error(out, error(sqlstate::kProtocolViolation, "invalid message format"));
  } else if (const auto outcome = run_all(*text, out); !outcome) {
    protocol::append_error(out, outcome.error());
  }
  is_in_query_ = order_.has_value();
  if (is_in_query_) return Step::Ordered;
  extended_.append_ready(out);
  return Step::Answered;
}

// Up to the first error, as PostgreSQL does.
Console::Outcome Console::run_all(std::string_view text, std::string& out) {
  const auto statements = split_statements(text);
  if (!statements) return std::unexpected(error(sqlstate::kSyntaxError, statements.error()));
  if (statements->size() > kMostStatements) {
    return std::unexpected(error(sqlstate::kProgramLimitExceeded, "too many statements in one query"));
  }
  if (statements->empty()) run(Command{}, source_, out);
  for (const auto& statement : *statements) {
    const auto command = read_command(statement);
    if (!command) return std::unexpected(command.error());
    if (command->kind == Command::Kind::Trace) {
      if (statements->size() > 1) {
        return std::unexpected(error(sqlstate::kFeatureNotSupported, "TRACE must stand alone in its query"));
      }
      order_ = command->trace;
      return {};
    }
    run(*command, source_, out);
    extended_.take_effect(*command);
  }
  return {};
}

}  // namespace howdah::admin
