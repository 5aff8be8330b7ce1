#include "daemon/admin/result_encoder.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "protocol/bytes.h"

namespace howdah::admin {

using protocol::MessageWriter;

namespace {

std::int16_t count_of(std::size_t size) {
  return static_cast<std::int16_t>(size);
}

Format format_of(std::span<const Format> formats, std::size_t column) {
  return formats.empty() ? Format::Text : formats[column];
}

std::int16_t type_size(ColumnType type) {
  switch (type) {
    case ColumnType::Int4:
      return 4;
    case ColumnType::Int8:
      return 8;
    case ColumnType::Text:
    case ColumnType::Numeric:
      break;
  }
  return -1;  // of variable length
}

std::int64_t number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc::result_out_of_range) return number;
  return text.starts_with('-') ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
}

std::string int4_bytes(std::int64_t number) {
  using Limits = std::numeric_limits<std::int32_t>;
  std::string bytes;
  protocol::append_int32(bytes,
                         static_cast<std::int32_t>(std::clamp<std::int64_t>(number, Limits::min(), Limits::max())));
  return bytes;
}

std::string int8_bytes(std::int64_t number) {
  std::string bytes;
  protocol::append_int32(bytes, static_cast<std::int32_t>(number >> 32));
  protocol::append_int32(bytes, static_cast<std::int32_t>(number));
  return bytes;
}

// As numeric_send does: count of digits, weight of the first, sign, scale, digits to the base of 10,000.
std::string numeric_bytes(std::int64_t number) {
  constexpr std::uint64_t kBase = 10'000;
  constexpr std::int16_t kNegative = 0x4000;
  std::vector<std::int16_t> digits;  // the last one first
  auto rest = number < 0 ? -static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
  for (; rest > 0; rest /= kBase) digits.push_back(static_cast<std::int16_t>(rest % kBase));
  std::string bytes;
  protocol::append_int16(bytes, count_of(digits.size()));
  protocol::append_int16(bytes, static_cast<std::int16_t>(digits.empty() ? 0 : digits.size() - 1));
  protocol::append_int16(bytes, number < 0 ? kNegative : std::int16_t{0});
  protocol::append_int16(bytes, 0);
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) protocol::append_int16(bytes, *digit);
  return bytes;
}

std::string binary(ColumnType type, const std::string& text) {
  switch (type) {
    case ColumnType::Int4:
      return int4_bytes(number_of(text));
    case ColumnType::Int8:
      return int8_bytes(number_of(text));
    case ColumnType::Numeric:
      return numeric_bytes(number_of(text));
    case ColumnType::Text:
      break;
  }
  return text;
}

void write_value(MessageWriter& writer, const std::string& bytes) {
  writer.int32(static_cast<std::int32_t>(bytes.size())).bytes(bytes);
}

}  // namespace

void append_row_description(std::string& out, std::span<const Column> columns, std::span<const Format> formats) {
  MessageWriter writer(out, 'T');
  writer.int16(count_of(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& column = columns[i];
    writer.c_string(column.name).int32(0).int16(0);  // of no table
    writer.int32(static_cast<std::int32_t>(column.type)).int16(type_size(column.type)).int32(-1);
    writer.int16(static_cast<std::int16_t>(format_of(formats, i)));
  }
}

void append_data_row(std::string& out, std::span<const Column> columns, const Row& row,
                     std::span<const Format> formats) {
  MessageWriter writer(out, 'D');
  writer.int16(count_of(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& value = row[i];
    if (!value) {
      writer.int32(-1);
    } else if (format_of(formats, i) == Format::Text) {
      write_value(writer, *value);
    } else {
      write_value(writer, binary(columns[i].type, *value));
    }
  }
}

void append_command_complete(std::string& out, std::string_view tag) {
  MessageWriter(out, 'C').c_string(tag);
}

void append_bare(std::string& out, char type) {
  MessageWriter(out, type);
}

}  // namespace howdah::admin
