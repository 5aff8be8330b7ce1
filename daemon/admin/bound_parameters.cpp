#include "daemon/admin/bound_parameters.h"

#include <algorithm>
#include <charconv>

#include "daemon/admin/result.h"
#include "protocol/sqlstate.h"

namespace howdah::admin {

using protocol::ByteReader;
using protocol::ErrorFields;
using protocol::Severity;
namespace sqlstate = protocol::sqlstate;

namespace {

constexpr std::size_t kMostParameters = 100;
constexpr std::int32_t kText = static_cast<std::int32_t>(ColumnType::Text);
constexpr std::int32_t kInt2 = 21;

std::unexpected<ErrorFields> failure(std::string_view state, std::string message) {
  return std::unexpected(protocol::make_error(Severity::Error, state, std::move(message)));
}

// "$1" is 1; 0: it is no parameter.
std::size_t parameter_number(std::string_view word) {
  if (!word.starts_with('$')) return 0;
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(word.data() + 1, word.data() + word.size(), number);
  const bool is_number = error == std::errc() && end == word.data() + word.size();
  return is_number && number <= kMostParameters ? number : 0;
}

std::optional<std::string> number_text(std::int32_t type, const std::string& value) {
  using protocol::read_integer;
  if (type == kInt2 && value.size() == 2) return std::to_string(read_integer<std::int16_t>(value));
  if (type == static_cast<std::int32_t>(ColumnType::Int4) && value.size() == 4) {
    return std::to_string(read_integer<std::int32_t>(value));
  }
  if (type == static_cast<std::int32_t>(ColumnType::Int8) && value.size() == 8) {
    return std::to_string(read_integer<std::int64_t>(value));
  }
  return std::nullopt;
}

bool is_number_type(std::int32_t type) {
  return type == kInt2 || type == static_cast<std::int32_t>(ColumnType::Int4) ||
         type == static_cast<std::int32_t>(ColumnType::Int8);
}

}  // namespace

std::optional<std::vector<std::int16_t>> read_format_codes(ByteReader& reader) {
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

std::optional<std::vector<std::int32_t>> read_parameter_types(ByteReader& reader) {
  const auto count = reader.int16();
  if (!count || *count < 0 || reader.rest().size() != sizeof(std::int32_t) * static_cast<std::size_t>(*count)) {
    return std::nullopt;
  }
  std::vector<std::int32_t> types;
  while (const auto type = reader.int32()) types.push_back(*type);
  return types;
}

std::vector<std::int32_t> types_of_parameters(const Statement& statement, std::span<const std::int32_t> told) {
  std::size_t count = 0;
  for (const auto& word : statement.words) count = std::max(count, parameter_number(word));
  std::vector<std::int32_t> types(std::max(count, std::min(told.size(), kMostParameters)), kText);
  for (std::size_t i = 0; i < std::min(types.size(), told.size()); ++i) {
    if (told[i] != 0) types[i] = told[i];
  }
  return types;
}

Statement with_values(Statement statement, std::span<const std::string> values) {
  for (auto& word : statement.words) {
    const auto number = parameter_number(word);
    if (number > 0 && number <= values.size()) word = values[number - 1];
  }
  return statement;
}

Statement with_sample_values(const Statement& statement) {
  const std::vector<std::string> samples(kMostParameters, "1");
  return with_values(statement, samples);
}

void append_parameter_description(std::string& out, std::span<const std::int32_t> types) {
  protocol::MessageWriter writer(out, 't');
  writer.int16(static_cast<std::int16_t>(types.size()));
  for (const auto type : types) writer.int32(type);
}

std::optional<BoundParameters> BoundParameters::read(ByteReader& reader) {
  BoundParameters parameters;
  auto formats = read_format_codes(reader);
  const auto count = formats ? reader.int16() : std::nullopt;
  if (!count || *count < 0) return std::nullopt;
  parameters.formats_ = std::move(*formats);
  for (int i = 0; i < *count; ++i) {
    const auto size = reader.int32();
    if (!size || *size < -1) return std::nullopt;
    auto& value = parameters.values_.emplace_back();
    if (*size == -1) continue;
    const auto bytes = reader.take(static_cast<std::size_t>(*size));
    if (!bytes) return std::nullopt;
    value = std::string(*bytes);
  }
  return parameters;
}

std::expected<std::vector<std::string>, ErrorFields> BoundParameters::texts(std::span<const std::int32_t> types,
                                                                            std::string_view statement) const {
  if (values_.size() != types.size()) {
    return failure(sqlstate::kProtocolViolation, "bind message supplies " + std::to_string(values_.size()) +
                                                     " parameters, but prepared statement \"" + std::string(statement) +
                                                     "\" requires " + std::to_string(types.size()));
  }
  if (formats_.size() > 1 && formats_.size() != values_.size()) {
    return failure(sqlstate::kProtocolViolation, "bind message has " + std::to_string(formats_.size()) +
                                                     " parameter formats but " + std::to_string(values_.size()) +
                                                     " parameters");
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const auto& value = values_[i];
    const auto format = formats_.empty() ? 0 : formats_.size() == 1 ? formats_[0] : formats_[i];
    const auto what = "parameter $" + std::to_string(i + 1);
    if (!value) return failure(sqlstate::kInvalidParameterValue, what + " is null");
    auto text = format == 1 && is_number_type(types[i]) ? number_text(types[i], *value) : value;
    if (!text || text->find('\0') != std::string::npos) {
      return failure(sqlstate::kInvalidParameterValue, what + " cannot be read");
    }
    texts.push_back(std::move(*text));
  }
  return texts;
}

}  // namespace howdah::admin
