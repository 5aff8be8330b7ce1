// Small pieces of text as PgBouncer's files have them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace howdah::config::pgbouncer {

[[nodiscard]] constexpr bool is_blank(char letter) {
  return letter == ' ' || letter == '\t' || letter == '\r' || letter == '\f' || letter == '\v';
}
// ASCII only.
[[nodiscard]] constexpr bool is_letter_or_digit(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9');
}

// Without blanks around it.
[[nodiscard]] std::string_view trimmed(std::string_view text);
// The parts between commas, trimmed, those that are empty left out.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace howdah::config::pgbouncer
