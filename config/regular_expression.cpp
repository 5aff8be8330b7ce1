#include "config/regular_expression.h"

#include <re2/re2.h>

#include <array>

namespace howdah::config {

namespace {

constexpr std::size_t kMostBytes = 1000;
constexpr std::int64_t kMostMemory = 1LL << 20;

// PostgreSQL takes the longest match unless a quantifier is lazy; this matters for what a group stands for.
bool has_lazy_quantifier(std::string_view text) {
  for (const std::string_view lazy : {"*?", "+?", "??", "}?"}) {
    if (text.find(lazy) != std::string_view::npos) return true;
  }
  return false;
}

// Of an expression, its escapes and brackets one by one: whether something in it means something else in PostgreSQL
// than in RE2.
bool has_other_meaning(std::string_view text) {
  bool is_in_brackets = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto rest = text.substr(at + 1);
    if (text[at] == '\\') {
      if (!is_in_brackets && (rest.starts_with('b') || rest.starts_with('B'))) return true;
      ++at;
    } else if (!is_in_brackets && text[at] == '[') {
      is_in_brackets = true;
      if (rest.starts_with('^')) ++at;
      if (text.substr(at + 1).starts_with(']')) ++at;
    } else if (text[at] == ']') {
      is_in_brackets = false;
    } else if (is_in_brackets && text[at] == '[') {
      if (rest.starts_with('.') || rest.starts_with('=')) return true;
      const auto end = rest.starts_with(':') ? text.find(":]", at + 2) : at;
      if (end == std::string_view::npos) return false;  // and no expression
      if (end > at) at = end + 1;
    }
  }
  return false;
}

RE2::Options options_for(std::string_view text) {
  RE2::Options options(RE2::Latin1);
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_longest_match(!has_lazy_quantifier(text));
  options.set_max_mem(kMostMemory);
  return options;
}

}  // namespace

struct RegularExpression::Compiled {
  RE2 expression;
};

std::expected<std::shared_ptr<const RegularExpression>, std::string> RegularExpression::compile(
    const std::string& text) {
  if (text.empty()) return std::unexpected("it is empty");
  if (text.size() > kMostBytes) return std::unexpected("it is longer than " + std::to_string(kMostBytes) + " bytes");
  if (has_other_meaning(text)) return std::unexpected("\\b, \\B, [. and [= are not supported");
  auto compiled = std::unique_ptr<const Compiled>(new Compiled{RE2(text, options_for(text))});
  switch (compiled->expression.error_code()) {
    case RE2::NoError:
      return std::shared_ptr<const RegularExpression>(new RegularExpression(std::move(compiled)));
    case RE2::ErrorBadEscape:
      return std::unexpected("it has an escape that is not supported");
    case RE2::ErrorBadCharClass:
    case RE2::ErrorBadCharRange:
    case RE2::ErrorMissingBracket:
      return std::unexpected("its brackets are wrong");
    case RE2::ErrorMissingParen:
    case RE2::ErrorUnexpectedParen:
      return std::unexpected("its parentheses are not balanced");
    case RE2::ErrorTrailingBackslash:
      return std::unexpected("it ends with a backslash");
    case RE2::ErrorRepeatArgument:
    case RE2::ErrorRepeatSize:
    case RE2::ErrorRepeatOp:
      return std::unexpected("it repeats what cannot be repeated, or too often");
    case RE2::ErrorPatternTooLarge:
      return std::unexpected("it is too large");
    case RE2::ErrorBadPerlOp:
      return std::unexpected("it has a form of (? that is not supported");
    case RE2::ErrorBadUTF8:
    case RE2::ErrorBadNamedCapture:
    case RE2::ErrorInternal:
      break;
  }
  return std::unexpected("it is not supported");
}

RegularExpression::RegularExpression(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

RegularExpression::~RegularExpression() = default;

bool RegularExpression::has_group() const {
  return compiled_->expression.NumberOfCapturingGroups() > 0;
}

bool RegularExpression::is_found_in(std::string_view text) const {
  return compiled_->expression.Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED, nullptr, 0);
}

std::optional<std::string_view> RegularExpression::first_group_in(std::string_view text) const {
  std::array<re2::StringPiece, 2> groups;
  if (!has_group()) return std::nullopt;
  const bool is_found = compiled_->expression.Match({text.data(), text.size()}, 0, text.size(), RE2::UNANCHORED,
                                                    groups.data(), static_cast<int>(groups.size()));
  if (!is_found || groups[1].data() == nullptr) return std::nullopt;
  return std::string_view(groups[1].data(), groups[1].size());
}

}  // namespace howdah::config
