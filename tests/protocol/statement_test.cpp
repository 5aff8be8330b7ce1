#include "protocol/statement.h"

#include <boost/test/unit_test.hpp>

#include "protocol/statement_names.h"
#include "protocol/telling_names.h"

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

std::string definition(const std::string& text) {
  return text + "\0\0\0"s;
}

StatementPointer statement(std::uint64_t number, const std::string& text = "select 1") {
  return std::make_shared<const Statement>(number, "", definition(text));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(statements)

BOOST_AUTO_TEST_CASE(a_statement_knows_its_name_and_what_it_was_parsed_from) {
  const Statement one(12, "variant\0"s, definition("select 1"));
  BOOST_TEST(one.server_name() == "howdah_12");
  BOOST_TEST(one.definition() == definition("select 1"));
  BOOST_TEST(one.key() == "variant\0"s + definition("select 1"));
}

BOOST_AUTO_TEST_CASE(texts_that_leave_state_or_name_statements_are_telling) {
  for (const char* text : {"set a = 1", "RESET a", "create temp table t ()", "select pg_advisory_lock(1)", "begin",
                           "select set_config('a', '1', false)", "declare c cursor with hold for select 1", "prepare a",
                           "execute a", "DEALLOCATE a", "discard all"}) {
    BOOST_TEST(statement(1, text)->is_telling(nullptr), text);
  }
  for (const char* text : {"", "select 1", "insert into t values (1)", "update t set_ where a", "executed"}) {
    BOOST_TEST(!statement(1, text)->is_telling(nullptr), text);
  }
}

BOOST_AUTO_TEST_CASE(a_text_with_a_telling_name_is_telling_as_long_as_the_list_has_it) {
  StateTraces lock;
  lock.kinds.add(StateKind::AdvisoryLock);
  const TellingNames with({{"lock_it", {.always = lock}}}, 7);
  const TellingNames without({{"other", {.always = lock}}}, 8);
  const auto call = statement(1, "select Lock_It(1)");
  for (int i = 0; i < 2; ++i) {
    BOOST_TEST(call->is_telling(&with));
    BOOST_TEST(call->is_telling(&with));
    BOOST_TEST(!call->is_telling(&without));
    BOOST_TEST(!call->is_telling(nullptr));
  }
}

BOOST_AUTO_TEST_CASE(a_client_s_names_are_its_own) {
  StatementNames names;
  BOOST_TEST(names.find("a") == nullptr);
  const auto one = statement(1);
  const auto two = statement(2);
  names.add("a", one);
  names.add("b", two);
  BOOST_TEST(names.size() == 2U);
  BOOST_TEST(names.find("a") == one);
  BOOST_TEST(names.name_of("howdah_2") == "b");
  BOOST_TEST(names.name_of("howdah_3") == "");
  names.add("a", two);
  BOOST_TEST(names.find("a") == two);
  names.remove("a");
  names.remove("nobody");
  BOOST_TEST(names.find("a") == nullptr);
  BOOST_TEST(names.find("b") == two);
  names.clear();
  BOOST_TEST(names.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
