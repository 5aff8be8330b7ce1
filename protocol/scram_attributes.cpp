#include "protocol/scram_attributes.h"

#include <utility>

namespace howdah::protocol {

namespace {

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::expected<std::string_view, std::string> ScramAttributes::take(char name) {
  if (!rest_.starts_with(name)) return std::unexpected(std::string("Attribute \"") + name + "\" is missing.");
  return take_value(name);
}

std::expected<ScramAttribute, std::string> ScramAttributes::take_any() {
  if (rest_.empty()) return std::unexpected("The message ends where an attribute is due.");
  const char name = rest_.front();
  if (!is_letter(name)) return std::unexpected("The name of an attribute is not a letter.");
  auto value = take_value(name);
  if (!value) return std::unexpected(std::move(value.error()));
  return ScramAttribute{.name = name, .value = *value};
}

std::expected<std::string_view, std::string> ScramAttributes::take_value(char name) {
  rest_.remove_prefix(1);
  if (!rest_.starts_with('=')) return std::unexpected(std::string("Attribute \"") + name + "\" has no value.");
  const auto end = rest_.find(',');
  const auto value = rest_.substr(1, end == std::string_view::npos ? end : end - 1);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  return value;
}

}  // namespace howdah::protocol
