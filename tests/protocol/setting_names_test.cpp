#include "protocol/setting_names.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace howdah::protocol {

namespace {

// The names with a blank between them, then "..." where there may be more, then "local" where it may be so.
std::string names_in(std::string_view text) {
  const auto names = read_setting_names(text);
  std::string told;
  for (const auto& name : names.custom) told += (told.empty() ? "" : " ") + name;
  if (names.is_open) told += "...";
  if (names.is_all_local && text.find("set_config") != std::string_view::npos) told += " local";
  return told;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(setting_names)

BOOST_AUTO_TEST_CASE(custom_settings_are_read_wherever_they_are_made) {
  for (const auto& [text, names] : {
           std::pair("set app.tenant = '7'", "app.tenant"),
           std::pair("SET SESSION App.\"Tenant\" TO x", "app.tenant"),
           std::pair("set local a . b = 1; set c.d = 2", "a.b c.d"),
           std::pair("set local.x = 1", "local.x"),
           std::pair("set work_mem = '1MB'", ""),
           std::pair("update t set (a, b) = (1, 2)", ""),
           std::pair("select set_config('app.x', 'it''s', false)", "app.x"),
           std::pair("select pg_catalog.\"set_config\" ( 'A.b' , 'v', false)", "a.b"),
           std::pair("select set_config('work_mem', '1MB', false)", ""),
           std::pair("do $$ begin perform set_config('a.b', x, false); set c.d to 1; end $$", "a.b c.d"),
           std::pair("do $$ begin execute 'select set_config(''a.b'', ''1'', false)'; end $$", "a.b"),
           std::pair("select 'offset a.b', reset_conf('x.y')", ""),
       }) {
    BOOST_TEST(names_in(text) == names, text);
  }
}

BOOST_AUTO_TEST_CASE(names_that_are_put_together_are_not_known) {
  for (const auto* text :
       {"select set_config($1, $2, false)", "select set_config('app.' || x, '1', false)", "execute 'set app.' || x",
        "execute format('SET %I = 1', x)", "execute format('set app.%I = 1', x)",
        "select set_config(E'a.b', '1', false)", "select set_config('', '1', false)", "set U&\"a\".b = 1",
        "set dynamic_library_path = 'x'", "select set_config('session_preload_libraries', 'x', false)",
        "set app.gr\xc3\xb6\xc3\x9f"
        "e = 1"}) {
    BOOST_TEST(read_setting_names(text).is_open, text);
  }
}

BOOST_AUTO_TEST_CASE(comments_hide_no_name) {
  for (const auto* text : {"set /* so */ app.a = 1", "SET -- so\n app.a -- so\n = 1", "set/**/app.a/**/= 1"}) {
    const auto names = read_setting_names(text);
    BOOST_TEST(!names.is_open, text);
    BOOST_TEST(names.custom.contains("app.a"), text);
  }
  for (const auto* text : {"set /* /* */ */ app.a = 1", "set /* app.a = 1", "set --"}) {
    BOOST_TEST(read_setting_names(text).is_open, text);
  }
}

BOOST_AUTO_TEST_CASE(calls_for_the_transaction_only_are_told_apart) {
  for (const auto* text : {"select set_config('role', $1, true), set_config('a.b', 'x y', true)",
                           "SELECT set_config ( 'a.b' , '' , TRUE )", "select set_config('a.b', v, true)"}) {
    BOOST_TEST(read_setting_names(text).is_all_local, text);
  }
  for (const auto* text :
       {"select set_config('a.b', 'x', false)", "select set_config('a.b', 'x', true), set_config('a.b', 'x', false)",
        "select set_config('a.b', 'x', $1)", "select set_config('a.b', 'x', not true)",
        "select set_config($1, 'x', true)", "select set_config('a.b', f(1), true)",
        "select set_config('a.b', 'x', true and false)", "select set_config('a.b', 'it''s', true)",
        "select set_config/**/('a.b', 'x', false)",
        "select set_config('a.b', E'x\\', true), set_config('a.b', 'x', false)",
        "select set_config('a.b', 'x', trueish)"}) {
    BOOST_TEST(!read_setting_names(text).is_all_local, text);
  }
}

BOOST_AUTO_TEST_CASE(any_text_may_be_cut_anywhere) {
  const std::string text = "set session \"a\".b = 1; select set_config ( ''c.d'' , 'x', true)";
  for (std::size_t size = 0; size <= text.size(); ++size) (void)read_setting_names(text.substr(0, size));
  BOOST_TEST(read_setting_names("").custom.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
