#include "config/name_pattern.h"

#include <algorithm>

namespace howdah::config {

NamePattern NamePattern::same_user() {
  NamePattern pattern("sameuser");
  pattern.kind_ = Kind::SameUser;
  return pattern;
}

std::expected<NamePattern, std::string> NamePattern::parse(std::string text) {
  if (!text.starts_with('/')) return NamePattern(std::move(text));
  auto expression = RegularExpression::compile(text.substr(1));
  if (!expression) return std::unexpected(std::move(expression.error()));
  NamePattern pattern(std::move(text));
  pattern.kind_ = Kind::Pattern;
  pattern.expression_ = *std::move(expression);
  return pattern;
}

bool NamePattern::matches(std::string_view name, std::string_view user) const {
  switch (kind_) {
    case Kind::Name:
      return name == text_;
    case Kind::SameUser:
      return name == user;
    case Kind::Pattern:
      return expression_->is_found_in(name);
  }
  return false;
}

bool matches_any(const std::vector<NamePattern>& list, std::string_view name, std::string_view user) {
  return list.empty() ||
         std::ranges::any_of(list, [&](const NamePattern& pattern) { return pattern.matches(name, user); });
}

}  // namespace howdah::config
