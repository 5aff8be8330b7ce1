// Messages of a client, whole, for tests. (PostgreSQL documentation: "Message Formats")
#pragma once

#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::tests {

inline std::string message(char type, std::string_view body = {}) {
  std::string out;
  protocol::MessageWriter(out, type).bytes(body);
  return out;
}

inline std::string query(std::string_view text) {
  std::string out;
  protocol::MessageWriter(out, 'Q').c_string(text);
  return out;
}

inline std::string parse(std::string_view statement, std::string_view text) {
  std::string out;
  protocol::MessageWriter(out, 'P').c_string(statement).c_string(text).int16(0);
  return out;
}

inline std::string bind(std::string_view portal = "", std::string_view statement = "") {
  std::string out;
  protocol::MessageWriter(out, 'B').c_string(portal).c_string(statement).int16(0).int16(0).int16(0);
  return out;
}

// `kind`: 'S' for a statement, 'P' for a portal.
inline std::string describe(char kind, std::string_view name = "") {
  std::string out;
  protocol::MessageWriter(out, 'D').byte(kind).c_string(name);
  return out;
}

inline std::string execute(std::string_view portal = "", std::int32_t most_rows = 0) {
  std::string out;
  protocol::MessageWriter(out, 'E').c_string(portal).int32(most_rows);
  return out;
}

inline std::string close(char kind, std::string_view name) {
  std::string out;
  protocol::MessageWriter(out, 'C').byte(kind).c_string(name);
  return out;
}

inline std::string sync() {
  return message('S');
}

inline std::string flush() {
  return message('H');
}

inline std::string terminate() {
  return message('X');
}

inline std::string copy_data(std::string_view text) {
  return message('d', text);
}

inline std::string copy_done() {
  return message('c');
}

inline std::string copy_fail(std::string_view reason = "no more") {
  return message('f', std::string(reason) + '\0');
}

// A call without arguments of the function with this oid.
inline std::string function_call(std::int32_t oid) {
  std::string out;
  protocol::MessageWriter(out, 'F').int32(oid).int16(0).int16(0).int16(0);
  return out;
}

// Parse, Bind and Execute of the unnamed statement.
inline std::string statement(std::string_view text) {
  return parse("", text) + bind() + execute();
}

}  // namespace howdah::tests
