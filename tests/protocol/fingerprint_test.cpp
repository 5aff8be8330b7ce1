// Texts without their values: what is folded, what is kept, and that no value gets through.
#include "protocol/fingerprint.h"

#include <array>
#include <boost/test/unit_test.hpp>
#include <utility>

using howdah::protocol::fingerprint;
using howdah::protocol::fold_statement;

namespace {

std::string folded(std::string_view text) {
  std::string result;
  fold_statement(text, result);
  return result;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(fingerprint_of_statements)

BOOST_AUTO_TEST_CASE(values_are_numbered_and_words_are_in_lower_case) {
  const std::array<std::pair<std::string_view, std::string_view>, 35> cases{{
      {"", ""},
      {" ; ", ""},
      {"SELECT 1", "select $1"},
      {"select\n\t1 ;", "select $1"},
      {"SELECT a.b, \"C d\" FROM t WHERE x=5 AND y = 'it''s'", "select a.b, \"C d\" from t where x = $1 and y = $2"},
      {"SELECT * FROM t WHERE id=$3", "select * from t where id = $1"},
      {"SELECT -- one\n 1 /* two /* nested */ */ + 2", "select $1 + $2"},
      {"SELECT count(*) FROM t", "select count(*) from t"},
      {"SELECT 1.5e-3, .5, 1e+9", "select $1, $2, $3"},
      {"SELECT a-1, a - 1", "select a - $1, a - $2"},
      {"SELECT f(-1)", "select f($1)"},
      {"SELECT x=-1", "select x = $1"},
      {"SELECT x @-1", "select x @- $1"},
      {"SELECT 'a'::text", "select $1::text"},
      {"SELECT E'a\\'b' || U&'\\0041' || x'ff' || N'n'", "select $1 || $2 || $3 || $4"},
      {"SELECT $$ a 'b' $$, $q$ $$ $q$", "select $1, $2"},
      {"SELECT 'a'\n'b'", "select $1"},
      {"SELECT * FROM t WHERE x IN (1, 2,3)", "select * from t where x in($1)"},
      {"SELECT * FROM t WHERE x IN (1)", "select * from t where x in($1)"},
      {"SELECT * FROM t WHERE x IN ($1, $2, $3) AND y = $4", "select * from t where x in($1) and y = $2"},
      {"SELECT ARRAY[1,2,3]", "select array[$1]"},
      {"INSERT INTO t(a,b) VALUES (1,'x'),(2,'y'), (3,NULL)", "insert into t(a, b) values($1)"},
      {"INSERT INTO t VALUES (DEFAULT, 1, true)", "insert into t values($1)"},
      {"SELECT f(a, 1, 2)", "select f(a, $1, $2)"},
      {"SELECT f(1, now(), 2)", "select f($1, now(), $2)"},
      {"SELECT a IS NULL, b IS NOT TRUE", "select a is null, b is not true"},
      {"SELECT (1, 2), f((3))", "select($1), f(($2))"},
      {"SET application_name = 'x'", "set application_name = $1"},
      {"ALTER USER u PASSWORD 'secret", "alter user u password $1"},
      {"SELECT $tag$ secret", "select $1"},
      {"SELECT E'secret \\", "select $1"},
      {"SELECT 'it\\'s secret', 'more'", "select $1"},
      {"SELECT 1 /* not ended", "select $1"},
      {"BEGIN; SELECT 1;", "begin; select $1"},
      {"SELECT $ 1", "select $ $1"},
  }};
  for (const auto& [text, expected] : cases) BOOST_TEST(folded(text) == expected, text << " -> " << folded(text));
}

BOOST_AUTO_TEST_CASE(no_text_becomes_much_longer_whatever_its_bytes) {
  std::string text;
  for (int byte = 0; byte < 256; ++byte) {
    text.assign(100, static_cast<char>(byte));
    BOOST_TEST(folded(text).size() <= 6 * text.size());
  }
}

BOOST_AUTO_TEST_CASE(a_fingerprint_is_the_same_in_every_version) {
  BOOST_TEST(fingerprint("") == 0xcbf29ce484222325U);
  BOOST_TEST(fingerprint("select $1") == fingerprint(folded("SELECT 'x'")));
  BOOST_TEST(fingerprint("a") == 0xaf63dc4c8601ec8cU);
}

BOOST_AUTO_TEST_SUITE_END()
