#include "protocol/called_names.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

std::string called(std::string_view text) {
  std::string names;
  for (const auto& name : called_names(text)) names += (names.empty() ? "" : " ") + name;
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(called_names_of_texts)

BOOST_AUTO_TEST_CASE(functions_are_told_by_their_parentheses) {
  for (const auto& [text, names] : {
           std::pair("select hidden('x')", "hidden"),
           std::pair("select count(*), App.Hidden (1) from t where a in (1)", "hidden"),
           std::pair("select \"Set Tenant\"() from t", "tenant"),
           std::pair("insert into t (a) values (other())", "other t"),
           std::pair("insert into t values (1)", "t"),
           std::pair("update only public.t set a = 1 where b = (select max(c) from u join \"V\" on true)", "t u v"),
           std::pair("select * from a.b.view_of_it", "view_of_it"),
           std::pair("select 1", ""),
           std::pair("", ""),
           std::pair("select 'f(' || $1 -- g()", ""),
       }) {
    BOOST_TEST(called(text) == names, text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
