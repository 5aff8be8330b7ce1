#include "tests/support/frame_text.h"

#include "protocol/error_fields.h"

namespace howdah::tests {

using protocol::ByteReader;
using protocol::Bytes;

namespace {

constexpr std::size_t kHeaderBytes = 5;

// Without the guard in front of settings.
std::string shortened(std::string text) {
  static const std::string kGuard = "pg_catalog.set_config('exit_on_error','on',true),";
  if (const auto at = text.find(kGuard); at != std::string::npos) text.erase(at, kGuard.size());
  constexpr std::size_t kMostBytes = 200;
  if (text.size() > kMostBytes) text.replace(kMostBytes, std::string::npos, "...");
  return text;
}

std::string text_of(std::optional<std::string_view> text) {
  return std::string(text.value_or("?"));
}

// The first column of a row.
std::string row_text(Bytes body) {
  ByteReader reader(body);
  (void)reader.int16();
  const auto size = reader.int32().value_or(0);
  return size < 0 ? "null" : text_of(reader.take(static_cast<std::size_t>(size)));
}

std::string backend_detail(char type, Bytes body) {
  ByteReader reader(body);
  switch (type) {
    case 'C':
      return text_of(reader.c_string());
    case 'D':
      return row_text(body);
    case 'E': {
      const auto error = protocol::read_error(body);
      const std::string mark = error.severity == protocol::Severity::Fatal ? "FATAL " : "";
      return mark + error.sqlstate + ' ' + error.message;
    }
    case 'N':
      return protocol::read_error(body).message;
    case 'S': {
      const auto name = text_of(reader.c_string());
      return name + '=' + text_of(reader.c_string());
    }
    case 'A':
      (void)reader.int32();
      return text_of(reader.c_string());
    case 'Z':
    case 'd':
      return std::string(body);
    default:
      return {};
  }
}

}  // namespace

Bytes for_each_frame(Bytes bytes, const std::function<void(char, Bytes)>& visit) {
  while (bytes.size() >= kHeaderBytes) {
    const auto size = static_cast<std::size_t>(protocol::read_int32(bytes.substr(1))) + 1;
    if (bytes.size() < size) break;
    visit(bytes.front(), bytes.substr(kHeaderBytes, size - kHeaderBytes));
    bytes.remove_prefix(size);
  }
  return bytes;
}

std::string backend_text(Bytes bytes) {
  std::string text;
  const auto add = [&](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  const auto rest = for_each_frame(bytes, [&](char type, Bytes body) {
    const auto detail = backend_detail(type, body);
    add(std::string(1, type) + (detail.empty() ? "" : '(' + shortened(detail) + ')'));
  });
  if (!rest.empty()) add("...");
  return text;
}

std::string frontend_text(char type, Bytes body) {
  ByteReader reader(body);
  std::string detail;
  if (type == 'Q') detail = text_of(reader.c_string());
  if (type == 'P') {
    detail = text_of(reader.c_string());
    detail += (detail.empty() ? "" : " ") + text_of(reader.c_string());
  }
  if (type == 'd') detail = body;
  if (type == 'B') {
    (void)reader.c_string();
    detail = text_of(reader.c_string());
  }
  if ((type == 'C' || type == 'D') && reader.byte() == 'S') detail = text_of(reader.c_string());
  return std::string(1, type) + (detail.empty() ? "" : '(' + shortened(detail) + ')');
}

}  // namespace howdah::tests
