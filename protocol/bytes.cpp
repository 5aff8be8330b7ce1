#include "protocol/bytes.h"

#include <cstring>

namespace howdah::protocol {

std::optional<std::uint8_t> ByteReader::byte() {
  if (rest_.empty()) return std::nullopt;
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::optional<std::int16_t> ByteReader::int16() {
  const auto bytes = take(2);
  if (!bytes) return std::nullopt;
  return read_integer<std::int16_t>(*bytes);
}

std::optional<std::int32_t> ByteReader::int32() {
  const auto bytes = take(4);
  if (!bytes) return std::nullopt;
  return read_integer<std::int32_t>(*bytes);
}

std::optional<std::string_view> ByteReader::c_string() {
  const auto end = rest_.find('\0');
  if (end == Bytes::npos) return std::nullopt;
  const auto text = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return text;
}

std::optional<Bytes> ByteReader::take(std::size_t count) {
  if (rest_.size() < count) return std::nullopt;
  const auto bytes = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return bytes;
}

void append_c_string(std::string& out, std::string_view text) {
  out.append(text);
  out.push_back('\0');
}

MessageWriter::MessageWriter(std::string& out, char type) : out_(out) {
  out_.push_back(type);
  length_at_ = out_.size();
  append_int32(out_, 0);
}

MessageWriter::~MessageWriter() {
  std::string length;
  append_int32(length, static_cast<std::int32_t>(out_.size() - length_at_));
  std::memcpy(out_.data() + length_at_, length.data(), length.size());
}

MessageWriter& MessageWriter::byte(char value) {
  out_.push_back(value);
  return *this;
}

MessageWriter& MessageWriter::int16(std::int16_t value) {
  append_int16(out_, value);
  return *this;
}

MessageWriter& MessageWriter::int32(std::int32_t value) {
  append_int32(out_, value);
  return *this;
}

MessageWriter& MessageWriter::c_string(std::string_view text) {
  append_c_string(out_, text);
  return *this;
}

MessageWriter& MessageWriter::bytes(Bytes value) {
  out_.append(value);
  return *this;
}

}  // namespace howdah::protocol
