// A name in a list of a rule: one name, all that a regular expression is found in, or, of a database, the one
// that is called as its user.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/regular_expression.h"

namespace howdah::config {

// An immutable value; copies share the expression.
class NamePattern {
 public:
  enum class Kind { Name, SameUser, Pattern };

  // That name, whatever it looks like.
  NamePattern(std::string name) : text_(std::move(name)) {}
  NamePattern(const char* name) : text_(name) {}
  [[nodiscard]] static NamePattern same_user();
  // An expression when the text begins with '/', else a name. The error says why, without the text.
  [[nodiscard]] static std::expected<NamePattern, std::string> parse(std::string text);

  [[nodiscard]] Kind kind() const { return kind_; }
  // As it is written.
  [[nodiscard]] const std::string& text() const { return text_; }
  // Nothing unless it is a Pattern.
  [[nodiscard]] const RegularExpression* expression() const { return expression_.get(); }

  [[nodiscard]] bool matches(std::string_view name, std::string_view user) const;
  [[nodiscard]] bool operator==(const NamePattern& other) const { return kind_ == other.kind_ && text_ == other.text_; }

 private:
  Kind kind_ = Kind::Name;
  std::string text_;
  std::shared_ptr<const RegularExpression> expression_;
};

// An empty list takes every name.
[[nodiscard]] bool matches_any(const std::vector<NamePattern>& list, std::string_view name, std::string_view user);

}  // namespace howdah::config
