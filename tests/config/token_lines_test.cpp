#include "config/token_lines.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

namespace {

// "1: a|b,c" for a first line with the fields a, and b with c; what is quoted stands in '.
std::string shape_of(std::string_view text) {
  std::string shape;
  for (const auto& line : split_token_lines(text)) {
    shape += (shape.empty() ? "" : "; ") + std::to_string(line.line) + ": ";
    for (std::size_t at = 0; at < line.fields.size(); ++at) {
      if (at > 0) shape += '|';
      for (std::size_t number = 0; number < line.fields[at].size(); ++number) {
        const auto& token = line.fields[at][number];
        if (number > 0) shape += ',';
        shape += token.is_quoted ? "'" + token.text + "'" : token.text;
      }
    }
    if (line.has_open_quote) shape += " (open)";
  }
  return shape;
}

struct Case {
  std::string_view text;
  std::string_view shape;
};

void check(const std::vector<Case>& cases) {
  for (const auto& [text, shape] : cases) {
    BOOST_TEST_CONTEXT(text) {
      BOOST_TEST(shape_of(text) == shape);
    }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(token_lines)

BOOST_AUTO_TEST_CASE(blanks_part_fields_and_commas_part_tokens) {
  check({{"a b\tc", "1: a|b|c"},
         {"  a  b  \n", "1: a|b"},
         {"a,b c", "1: a,b|c"},
         {"a, b,\tc d", "1: a,b,c|d"},
         {"a ,b", "1: a|b"},
         {",a", "1: a"},
         {"a,,b", "1: a,b"},
         {"a,", "1: a"},
         {"a\r\nb\r\n", "1: a; 2: b"},
         {"", ""},
         {"\n\n \n\n", ""},
         {",,,", ""}});
}

BOOST_AUTO_TEST_CASE(a_comment_ends_the_line) {
  check({{"# a\nb # c\nd#e", "2: b; 3: d"}, {"a,# b", "1: a"}, {"\"a#b\"", "1: 'a#b'"}});
}

BOOST_AUTO_TEST_CASE(quotes_keep_blanks_commas_and_doubled_quotes) {
  check({{"\"a b\" c", "1: 'a b'|c"},
         {"\"a,b\",c", "1: 'a,b',c"},
         {"\"a\"\"b\"", "1: 'a\"b'"},
         {"\"\" x", "1: ''|x"},
         {"\"\"\"\"", "1: '\"'"},
         {"a\"b c\"d", "1: ab cd"},
         {"x=\"a b\"", "1: x=a b"},
         {"a\"b", "1: ab (open)"},
         {"\"a b\nc", "1: 'a b' (open); 2: c"}});
}

BOOST_AUTO_TEST_CASE(a_backslash_joins_the_next_line) {
  check({{"a \\\nb\nc", "1: a|b; 3: c"},
         {"a\\\nb", "1: ab"},
         {"a \\\r\nb", "1: a|b"},
         {"a,\\\nb", "1: a,b"},
         {"# a\\\nb\nc", "3: c"},
         {"\"a \\\nb\"", "1: 'a b'"},
         {"a\\", "1: a"},
         {"a\\\n", "1: a"},
         {"a\\ \nb", "1: a\\; 2: b"},
         {"a\\\\\n\nb", "1: a\\; 3: b"},
         {"\\\n\\\na", "1: a"}});
}

BOOST_AUTO_TEST_CASE(any_bytes_are_split) {
  check({{std::string_view("a\0b c", 5), std::string_view("1: a\0b|c", 8)}, {"\xff\xfe", "1: \xff\xfe"}});
  BOOST_TEST(split_token_lines(std::string(100'000, '\\')).size() == 1U);
  std::string joined;
  for (int line = 0; line < 100'000; ++line) joined += "a\\\n";
  BOOST_TEST(split_token_lines(joined).at(0).fields.at(0).at(0).text.size() == 100'000U);
  BOOST_TEST(split_token_lines(std::string(100'000, ',')).empty());
  BOOST_TEST(split_token_lines(std::string(100'001, '"')).size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
