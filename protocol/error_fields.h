// The body of ErrorResponse and NoticeResponse. (PostgreSQL documentation: "Error and Notice Message Fields")
#pragma once

#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::protocol {

enum class Severity { Error, Fatal, Notice, Warning };

[[nodiscard]] std::string_view severity_name(Severity severity);

// What we tell a client, or what a server told us. Owns its texts.
struct ErrorFields {
  Severity severity = Severity::Error;
  std::string sqlstate;
  std::string message;
  std::string detail = {};
  std::string hint = {};
  std::string routine = {};  // of the server's source that raised it

  friend bool operator==(const ErrorFields&, const ErrorFields&) = default;
};

[[nodiscard]] ErrorFields make_error(Severity severity, std::string_view sqlstate, std::string message);

// Appends a whole ErrorResponse, or a NoticeResponse where the severity is Notice or Warning.
void append_error(std::string& out, const ErrorFields& fields);

// The fields in the body of an ErrorResponse or NoticeResponse, as far as it can be read: a server's error
// may lack a SQLSTATE or be cut off, and then the SQLSTATE is XX000. PANIC reads as Fatal; LOG, INFO, DEBUG
// as Notice.
[[nodiscard]] ErrorFields read_error(Bytes body);

}  // namespace howdah::protocol
