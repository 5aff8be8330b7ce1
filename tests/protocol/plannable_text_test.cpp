#include "protocol/plannable_text.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

BOOST_AUTO_TEST_SUITE(plannable_text)

BOOST_AUTO_TEST_CASE(the_first_word_tells) {
  for (const auto* const text : {"select 1", "SELECT", "Insert into t values (1)", "update t set a = 1",
                                 "delete from t", "merge into t", "with a as (select 1) select * from a", "values (1)",
                                 "table t", "/* who */ -- why\n ((select 1) union select 2)"}) {
    BOOST_TEST(is_plannable(text), text);
  }
}

BOOST_AUTO_TEST_CASE(all_others_are_not) {
  for (const auto* const text :
       {"", " ", ";", "begin", "commit", "set a = 1", "selekt", "selected", "explain select 1", "execute a", "do 'x'",
        "call f()", "create table t as select 1", "copy t to stdout", "\"select\"", "'select'", "1", "-- select"}) {
    BOOST_TEST(!is_plannable(text), text);
  }
}

BOOST_AUTO_TEST_CASE(constants_may_hold_the_time_of_the_parse) {
  for (const auto* const text :
       {"select 'now'::timestamptz", "select timestamp 'NOW'", "select date 'Today'", "select ' tomorrow 12:00'",
        "select 'yesterday'", "select 'now()'", "select '{today,tomorrow}'::date[]", "select e'now'", "select $$now$$",
        "select 1, 'a', '(today12:00)'", "select now(), 'now'"}) {
    BOOST_TEST(holds_time_of_parse(text), text);
  }
}

BOOST_AUTO_TEST_CASE(calls_names_and_comments_do_not) {
  for (const auto* const text :
       {"", "select now()", "select now( ) - interval '1 day'", "select today, \"now\" from days",
        "select 'know', 'nowhere'", "select 1 -- 'now'", "/* today */ select 'x'", "select current_timestamp"}) {
    BOOST_TEST(!holds_time_of_parse(text), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
