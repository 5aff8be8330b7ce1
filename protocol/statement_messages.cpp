#include "protocol/statement_messages.h"

#include "protocol/frame_walker.h"

namespace howdah::protocol {

namespace {

constexpr std::size_t kTypeBytes = 4;

bool is_definition(Bytes bytes) {
  ByteReader reader(bytes);
  if (!reader.c_string()) return false;
  const auto count = reader.int16();
  return count && reader.rest().size() == static_cast<std::uint16_t>(*count) * kTypeBytes;
}

void append_target(std::string& out, char type, std::string_view name) {
  MessageWriter(out, type).byte('S').c_string(name);
}

}  // namespace

std::optional<ParseBody> read_parse(Bytes body) {
  ByteReader reader(body);
  const auto name = reader.c_string();
  if (!name || !is_definition(reader.rest())) return std::nullopt;
  return ParseBody{*name, reader.rest()};
}

std::string_view statement_text(Bytes definition) {
  return definition.substr(0, definition.find('\0'));
}

std::optional<Target> read_target(Bytes body) {
  ByteReader reader(body);
  const auto kind = reader.byte();
  const auto name = kind ? reader.c_string() : std::nullopt;
  if (!name || !reader.is_empty()) return std::nullopt;
  return Target{static_cast<char>(*kind), *name};
}

std::string_view request_text(char type, Bytes body) {
  ByteReader reader(body);
  if (type == 'P' && !reader.c_string()) return {};
  return reader.c_string().value_or(std::string_view{});
}

void append_parse(std::string& out, std::string_view name, Bytes definition) {
  MessageWriter(out, 'P').c_string(name).bytes(definition);
}

void append_bind_front(std::string& out, std::string_view portal, std::string_view statement,
                       std::size_t following_bytes) {
  const auto start = out.size();
  const auto size = kFrameHeaderBytes + portal.size() + statement.size() + 2;
  out.resize(start + size);  // its zero bytes end the names
  char* at = out.data() + start;
  *at = 'B';
  write_int32(at + 1, static_cast<std::int32_t>(size - 1 + following_bytes));
  portal.copy(at + kFrameHeaderBytes, portal.size());
  statement.copy(at + kFrameHeaderBytes + portal.size() + 1, statement.size());
}

void append_bind(std::string& out, std::string_view portal, std::string_view statement) {
  MessageWriter(out, 'B').c_string(portal).c_string(statement).int16(0).int16(0).int16(0);
}

void append_execute(std::string& out, std::string_view portal) {
  MessageWriter(out, 'E').c_string(portal).int32(0);
}

void append_describe_statement(std::string& out, std::string_view name) {
  append_target(out, 'D', name);
}

void append_close_statement(std::string& out, std::string_view name) {
  append_target(out, 'C', name);
}

}  // namespace howdah::protocol
