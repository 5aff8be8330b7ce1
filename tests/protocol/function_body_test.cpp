#include "protocol/function_body.h"

#include <boost/test/unit_test.hpp>
#include <string>

namespace howdah::protocol {

namespace {

// The kinds with a comma between them, then the custom settings.
std::string told_by(std::string_view language, std::string_view body) {
  auto traces = traces_of_body(language, body);
  std::string told;
  while (!traces.kinds.is_empty()) {
    const auto name = traces.kinds.first_name();
    told += (told.empty() ? "" : ", ") + std::string(name);
    for (int kind = 0; kind <= static_cast<int>(StateKind::UnnamedStatement); ++kind) {
      if (state_kind_name(static_cast<StateKind>(kind)) == name) traces.kinds.remove(static_cast<StateKind>(kind));
    }
  }
  for (const auto& name : traces.settings.custom) told += " " + name;
  return told + (traces.settings.is_open ? "..." : "");
}

}  // namespace

BOOST_AUTO_TEST_SUITE(function_body)

BOOST_AUTO_TEST_CASE(bodies_that_leave_something_are_told) {
  for (const auto& [body, told] : {
           std::pair("begin set app.tenant = '7'; end", "settings app.tenant"),
           std::pair("begin if a then set work_mem = '1MB'; end if; end", "settings"),
           std::pair("<<label>> set a.b to 1", "settings a.b"),
           std::pair("begin reset all; end", "settings"),
           std::pair("select set_config('a.b', $1, false)", "settings a.b"),
           std::pair("begin perform set_config(name, 'x', true); end", "settings..."),
           std::pair("begin perform pg_advisory_lock(1); end", "advisory lock"),
           std::pair("begin create temp table t (a int); end", "temporary object"),
           std::pair("begin create or replace temporary view v as select 1; end", "temporary object"),
           std::pair("select 1 into temp t", "temporary object"),
           std::pair("begin drop table pg_temp.t; create table pg_temp.t(); end", "temporary object"),
           std::pair("begin listen x; end", "listen"),
           std::pair("begin load 'x'; end", "loaded library"),
           std::pair("begin execute 'set a.b = ' || x; end", "code block a.b"),
           std::pair("begin return query execute format('select %I', x); end", "code block"),
           std::pair("begin do $x$ begin end $x$; end", "code block"),
           std::pair("begin update pg_settings set setting = '1'; end", "settings"),
           std::pair("begin perform pg_replication_origin_session_setup('x'); end", "replication origin"),
       }) {
    BOOST_TEST(told_by("plpgsql", body) == told, body << ": " << told_by("plpgsql", body));
  }
}

BOOST_AUTO_TEST_CASE(plain_bodies_tell_nothing) {
  for (const char* body :
       {"begin update t set a = 1 where b = 2; end",
        "begin insert into t values (1) on conflict do update set a = 2; end",
        "begin merge into t using s on true when matched then update set a = 1; end", "begin set local a.b = 1; end",
        "begin perform set_config('a.b', 'x', true); end", "begin perform pg_advisory_xact_lock(1); end",
        "begin alter table t alter a set default 3; end", "declare temp int; begin temp := 1; load := 2; end",
        "begin /* set a.b = 1; */ raise notice 'set a.b = 1; execute'; end -- execute x", "begin call other(); end",
        "select 1", "", "CREATE TRIGGER x BEFORE INSERT ON t EXECUTE FUNCTION f()", "begin unlisten x; end"}) {
    BOOST_TEST(told_by("plpgsql", body) == "", body << ": " << told_by("plpgsql", body));
  }
}

BOOST_AUTO_TEST_CASE(other_languages_are_read_by_their_words) {
  BOOST_TEST(told_by("plpython3u", "return 1") == "");
  BOOST_TEST(told_by("plpython3u", "plpy.execute('set a.b = 1')") == "code block a.b");
  BOOST_TEST(told_by("plperl", "spi_exec_query($x)") == "code block");
  BOOST_TEST(told_by("plv8", "x = 'pg_advisory_lock'") == "advisory lock");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
