#include "protocol/called_names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "protocol/sql_lexer.h"
#include "protocol/telling_names.h"

namespace howdah::protocol {

namespace {

using Kind = SqlToken::Kind;

// Words that an opening parenthesis follows, and functions of PostgreSQL's own that are called everywhere.
bool is_harmless(std::string_view word) {
  static constexpr std::array<std::string_view, 62> kWords = {
      "abs",      "all",       "and",    "any",    "array",    "array_agg", "as",        "avg",      "between",
      "by",       "case",      "cast",   "check",  "coalesce", "concat",    "count",     "cube",     "decimal",
      "distinct", "else",      "except", "exists", "extract",  "filter",    "from",      "greatest", "having",
      "in",       "interval",  "into",   "join",   "key",      "least",     "length",    "like",     "lower",
      "max",      "min",       "not",    "now",    "nullif",   "numeric",   "on",        "or",       "over",
      "position", "returning", "row",    "select", "set",      "some",      "substring", "sum",      "then",
      "trim",     "union",     "upper",  "using",  "values",   "varchar",   "when",      "where"};
  return std::ranges::binary_search(kWords, word);
}

bool names_a_relation(std::string_view word) {
  return word == "from" || word == "into" || word == "update" || word == "join" || word == "copy" || word == "table" ||
         word == "only";
}

}  // namespace

std::set<std::string> called_names(std::string_view text) {
  std::vector<SqlToken> tokens;
  SqlLexer lexer(text);
  while (auto token = lexer.next()) tokens.push_back(*std::move(token));
  const auto is_name = [&](std::size_t i) { return tokens[i].kind != Kind::Other; };
  const auto is_sign = [&](std::size_t i, std::string_view sign) {
    return i < tokens.size() && tokens[i].kind == Kind::Other && tokens[i].source == sign;
  };
  std::set<std::string> functions;
  std::set<std::string> relations;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!is_name(i) || is_sign(i + 1, ".")) continue;
    const auto key = key_of_name(tokens[i].text);
    if (key.empty()) continue;
    auto first = i;  // of a name with dots
    while (first >= 2 && is_sign(first - 1, ".") && is_name(first - 2)) first -= 2;
    const bool is_plain_word = first == i && tokens[i].kind == Kind::Word;
    if (is_sign(i + 1, "(") && !(is_plain_word && is_harmless(tokens[i].text))) functions.insert(key);
    const bool is_relation =
        first > 0 && tokens[first - 1].kind == Kind::Word && names_a_relation(tokens[first - 1].text);
    if (is_relation && !(is_plain_word && names_a_relation(tokens[i].text))) relations.insert(key);
  }
  return functions.empty() ? relations : functions;
}

}  // namespace howdah::protocol
