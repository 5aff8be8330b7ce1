#include "daemon/admin/statement.h"

#include <boost/test/unit_test.hpp>

namespace howdah::admin {

namespace {

// "show|pools; show|version": words, then statements.
std::string split(std::string_view text) {
  const auto statements = split_statements(text);
  if (!statements) return "error: " + statements.error();
  std::string all;
  for (const auto& statement : *statements) {
    if (!all.empty()) all += "; ";
    for (std::size_t i = 0; i < statement.words.size(); ++i) all += (i > 0 ? "|" : "") + statement.words[i];
  }
  return all;
}

struct Case {
  std::string_view text;
  std::string_view expected;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(console_statements)

BOOST_AUTO_TEST_CASE(words_are_told_apart_from_space_comments_and_quotes) {
  constexpr Case cases[] = {
      {"", ""},
      {" \t\r\n", ""},
      {";;;", ""},
      {"SHOW Pools", "show|pools"},
      {"\f show\n\tpools ;", "show|pools"},
      {"show pools;show version;", "show|pools; show|version"},
      {"show pools -- please", "show|pools"},
      {"-- first\nshow pools", "show|pools"},
      {"show/**/pools", "show|pools"},
      {"show /* a ; /* nested ' */ \" */ pools", "show|pools"},
      {"show --;\n pools", "show|pools"},
      {"set a='B;c'", "set|a|=|B;c"},
      {"set a = 'it''s'", "set|a|=|it's"},
      {"kill \"My;\"\"Db\"", "kill|My;\"Db"},
      {"set a to 1.5", "set|a|to|1.5"},
      {"show ''", "show|"},
      {"select f(x),*", "select|f|(|x|)|,|*"},
      {"show p\xc3\x96ls", "show|p\xc3\x96ls"},
      {"a-b", "a|-|b"},
      {"a/b", "a|/|b"},
  };
  for (const auto& [text, expected] : cases) BOOST_TEST(split(text) == expected, text);
}

BOOST_AUTO_TEST_CASE(what_has_no_end_is_an_error) {
  for (const auto* text : {"'", "show 'x", "show \"x", "'a''", "\"a\"\""}) {
    BOOST_TEST(split(text) == "error: unterminated quoted text", text);
  }
  for (const auto* text : {"/*", "show /* x", "/* /* */", "/*/"}) {
    BOOST_TEST(split(text) == "error: unterminated /* comment", text);
  }
}

BOOST_AUTO_TEST_CASE(the_text_of_a_statement_goes_from_its_first_word_to_its_last) {
  const auto statements = split_statements("  /* x */ Show  'P' -- y\n ; a ");
  BOOST_TEST_REQUIRE(statements->size() == 2u);
  BOOST_TEST((*statements)[0].text == "Show  'P'");
  BOOST_TEST((*statements)[1].text == "a");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::admin
