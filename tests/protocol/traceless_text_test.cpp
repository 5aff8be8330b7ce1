#include "protocol/traceless_text.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace howdah::protocol {

BOOST_AUTO_TEST_SUITE(traceless_text)

BOOST_AUTO_TEST_CASE(constants_shown_settings_and_the_ends_of_transactions_leave_nothing) {
  for (const auto* text :
       {"", " ; ", "select 1", "SELECT 1;", "select 1, 2.5, 'x', null, TRUE as yes, 'a;b' as \"Set_Config\"", "SELECT",
        "show work_mem", "SHOW my.setting", "show transaction isolation level", "begin", "BEGIN;select 1;COMMIT",
        "start transaction isolation level serializable, read only", "rollback to savepoint a", "end", "abort work"}) {
    BOOST_TEST(leaves_no_trace(text), text);
  }
}

BOOST_AUTO_TEST_CASE(all_else_may_leave_something) {
  for (const auto* text : {"select f()",
                           "select 1 + 1",
                           "select -1",
                           "select a",
                           "select 1 from t",
                           "select * from v",
                           "select 1 into t",
                           "select 1 as a into temp t",
                           "select 1::text",
                           "select date '2000-01-01'",
                           "select (select f())",
                           "select $1",
                           "insert into t values (1)",
                           "table t",
                           "values (1)",
                           "set work_mem = 1",
                           "reset all",
                           "listen a",
                           "prepare a as b",
                           "do $$ $$",
                           "commit prepared 'x'",
                           "select 1; select f()",
                           "savepoint a",
                           "set transaction read only",
                           "select 'a\\', ' || f() || '",
                           "select 1 -- a",
                           "/* a */ select 1",
                           "select '\xc3\xa4'",
                           "\"select\" 1",
                           "select as"}) {
    BOOST_TEST(!leaves_no_trace(text), text);
  }
  BOOST_TEST(!leaves_no_trace("select '" + std::string(1000, 'x') + "'"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
