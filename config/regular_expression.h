// A regular expression of a rule or of an ident map. The only place that knows RE2, which takes time in
// proportion to the text, whatever the expression is. Texts and expressions are bytes, as for PostgreSQL while a
// client logs in.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace howdah::config {

class RegularExpression {
 public:
  // Or why not, without the expression. What RE2 lacks of PostgreSQL's (back references, looking ahead, \m,
  // \y, (?x)), and \b, \B, [. and [=, which mean something else there, are refused.
  [[nodiscard]] static std::expected<std::shared_ptr<const RegularExpression>, std::string> compile(
      const std::string& text);
  RegularExpression(const RegularExpression&) = delete;
  RegularExpression& operator=(const RegularExpression&) = delete;
  ~RegularExpression();

  [[nodiscard]] bool has_group() const;
  // Anywhere in `text`, unless the expression says ^ or $.
  [[nodiscard]] bool is_found_in(std::string_view text) const;
  // What the first group stands for, a part of `text`; nothing where the expression is not found or without
  // that group.
  [[nodiscard]] std::optional<std::string_view> first_group_in(std::string_view text) const;

 private:
  struct Compiled;
  explicit RegularExpression(std::unique_ptr<const Compiled> compiled);

  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace howdah::config
