#include "protocol/error_fields.h"

#include "protocol/sqlstate.h"

namespace howdah::protocol {

namespace {

Severity severity_of(std::string_view name) {
  if (name == "FATAL" || name == "PANIC") return Severity::Fatal;
  if (name == "ERROR") return Severity::Error;
  if (name == "WARNING") return Severity::Warning;
  return Severity::Notice;
}

bool is_notice(Severity severity) {
  return severity == Severity::Notice || severity == Severity::Warning;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "ERROR";
    case Severity::Fatal:
      return "FATAL";
    case Severity::Notice:
      return "NOTICE";
    case Severity::Warning:
      return "WARNING";
  }
  return "ERROR";
}

ErrorFields make_error(Severity severity, std::string_view sqlstate, std::string message) {
  return {.severity = severity, .sqlstate = std::string(sqlstate), .message = std::move(message)};
}

void append_error(std::string& out, const ErrorFields& fields) {
  MessageWriter writer(out, is_notice(fields.severity) ? 'N' : 'E');
  const auto name = severity_name(fields.severity);
  writer.byte('S').c_string(name).byte('V').c_string(name);
  writer.byte('C').c_string(fields.sqlstate).byte('M').c_string(fields.message);
  if (!fields.detail.empty()) writer.byte('D').c_string(fields.detail);
  if (!fields.hint.empty()) writer.byte('H').c_string(fields.hint);
  if (!fields.routine.empty()) writer.byte('R').c_string(fields.routine);
  writer.byte('\0');
}

ErrorFields read_error(Bytes body) {
  ErrorFields fields{.severity = Severity::Error, .sqlstate = std::string(sqlstate::kInternalError), .message = ""};
  bool has_plain_severity = false;
  ByteReader reader(body);
  while (const auto kind = reader.byte()) {
    const auto text = reader.c_string();
    if (*kind == 'M' && !text) fields.message = reader.rest();  // cut off: better than none
    if (*kind == 0 || !text) break;
    switch (*kind) {
      case 'S':  // may be translated; 'V' is not, but servers before 9.6 lack it
        if (!has_plain_severity) fields.severity = severity_of(*text);
        break;
      case 'V':
        fields.severity = severity_of(*text);
        has_plain_severity = true;
        break;
      case 'C':
        fields.sqlstate = *text;
        break;
      case 'M':
        fields.message = *text;
        break;
      case 'D':
        fields.detail = *text;
        break;
      case 'H':
        fields.hint = *text;
        break;
      case 'R':
        fields.routine = *text;
        break;
      default:
        break;
    }
  }
  return fields;
}

}  // namespace howdah::protocol
