#include "protocol/statement_pattern.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

BOOST_AUTO_TEST_SUITE(statement_pattern_of_text)

BOOST_AUTO_TEST_CASE(no_value_is_in_it) {
  for (const auto& [text, pattern] : {
           std::pair("SELECT pg_advisory_lock(42)", "select pg_advisory_lock(?)"),
           std::pair("select  *\n from t -- secret\n where a='s3cret' and b = $1",
                     "select * from t where a=? and b = $?"),
           std::pair("create temp table \"T x\" as select 1.5e10, -7, E'a\\'b', $$x$$, 'it''s'",
                     "create temp table \"T x\" as select ?, -?, ?, ?, ??"),
           std::pair("set app.token = '12' /* '13' */;", "set app.token = ? ;"),
           std::pair("", ""),
           std::pair("/* only */", ""),
       }) {
    BOOST_TEST(statement_pattern(text, 1000) == pattern);
  }
}

BOOST_AUTO_TEST_CASE(it_is_no_longer_than_asked) {
  BOOST_TEST(statement_pattern("select abcdefghij, klm", 10) == "select abc...");
  BOOST_TEST(statement_pattern("select 'unfinished", 100) == "select ?");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
