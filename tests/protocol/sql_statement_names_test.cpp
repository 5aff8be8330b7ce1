#include "protocol/sql_statement_names.h"

#include <boost/test/unit_test.hpp>

#include "protocol/sql_lexer.h"

namespace howdah::protocol {

namespace {

// The tokens in one line: words as they are, quoted names in quotes, the rest as "." for constants or as it is.
std::string tokens_of(std::string_view text) {
  std::string line;
  SqlLexer lexer(text);
  while (const auto token = lexer.next()) {
    line += line.empty() ? "" : " ";
    if (token->kind == SqlToken::Kind::QuotedName) {
      line += '"' + token->text + '"';
    } else {
      line += token->text.empty() ? "." : token->text;
    }
  }
  return line;
}

std::string names_of(std::string_view text) {
  const auto names = read_statement_names(text);
  std::string line;
  const auto add = [&](char kind, const std::vector<std::string>& list) {
    for (const auto& name : list) line += (line.empty() ? "" : " ") + std::string(1, kind) + ':' + name;
  };
  add('p', names.prepared);
  add('e', names.executed);
  add('d', names.deallocated);
  return line;
}

struct Example {
  const char* text;
  const char* expected;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(sql_text)

BOOST_AUTO_TEST_CASE(tokens_are_words_names_and_the_rest) {
  const Example kExamples[] = {
      {"", ""},
      {"  \t\r\n\f ", ""},
      {"Select A1, _b$", "select a1 , _b$"},
      {"\"A \"\"b\"\"\" x", "\"A \"b\"\" x"},
      {"\"open", "\"open\""},
      {"'it''s' x", ". . x"},
      {"'back\\' x", ". x"},
      {"E'quote \\' in' x", ". x"},
      {"e'\\", "."},
      {"'open x", "."},
      {"$$ any ' text $$ x", ". x"},
      {"$tag$ $$ $other$ $tag$ x", ". x"},
      {"$tag$ open x", "."},
      {"$1 + $2", "$ 1 + $ 2"},
      {"$1$ a $1$", "$ 1 $ a $ 1 $"},
      {"a-- comment\nb", "a b"},
      {"a -- at the end", "a"},
      {"a/* b /* c */ d */e", "a e"},
      {"/* open", ""},
      {"a / b - c", "a / b - c"},
      {"\xc3\xa4$x", "\xc3\xa4$x"},
  };
  for (const auto& example : kExamples) {
    BOOST_TEST_CONTEXT(example.text) {
      BOOST_TEST(tokens_of(example.text) == example.expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(names_stand_behind_their_key_words) {
  const Example kExamples[] = {
      {"select 1", ""},
      {"EXECUTE Abc", "e:abc"},
      {"execute \"Abc\"(1, 2)", "e:Abc"},
      {"explain analyze execute a", "e:a"},
      {"create table t as execute a(1)", "e:a"},
      {"PREPARE a (int) AS select $1", "p:a"},
      {"deallocate a", "d:a"},
      {"DEALLOCATE PREPARE a", "d:a"},
      {"deallocate all", ""},
      {"Deallocate Prepare All", ""},
      {"deallocate \"all\"", "d:all"},
      {"deallocate/* x */a;prepare-- y\na as select 1; execute a", "p:a e:a d:a"},
      {"select 'execute a', \"execute\", $$ execute b $$ -- execute c", ""},
      {"execute", ""},
      {"execute 'a'", ""},
      {"deallocate", ""},
  };
  for (const auto& example : kExamples) {
    BOOST_TEST_CONTEXT(example.text) {
      BOOST_TEST(names_of(example.text) == example.expected);
    }
  }
}

BOOST_AUTO_TEST_CASE(long_names_are_cut_as_the_server_cuts_them) {
  BOOST_TEST(names_of("execute " + std::string(70, 'n')) == "e:" + std::string(63, 'n'));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
