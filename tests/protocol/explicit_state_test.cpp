#include "protocol/explicit_state.h"

#include <boost/test/unit_test.hpp>

#include "protocol/sqlstate.h"
#include "protocol/state_refusal.h"

namespace howdah::protocol {

BOOST_AUTO_TEST_SUITE(explicit_state_suite)

BOOST_AUTO_TEST_CASE(what_says_outright_that_it_leaves_something) {
  struct Case {
    std::string_view text;
    StateKind kind;
  };
  for (const auto& [text, kind] : {
           Case{"LISTEN news", StateKind::Listen},
           Case{"/* x */ listen \"News\";", StateKind::Listen},
           Case{"select 1; listen a", StateKind::Listen},
           Case{"LOAD 'auto_explain'", StateKind::LoadedLibrary},
           Case{"prepare p as select 1", StateKind::NamedStatement},
           Case{"SET work_mem = '1MB'", StateKind::Settings},
           Case{"set session role x", StateKind::Settings},
           Case{"set local.name = 1", StateKind::Settings},
           Case{"SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", StateKind::Settings},
           Case{"select set_config('a.b', (select x from y), FALSE)", StateKind::Settings},
           Case{"select pg_catalog.set_config('a.b', 'c', 'false')", StateKind::Settings},
           Case{"create temp table t (a int)", StateKind::TemporaryObject},
           Case{"create or replace temporary view v as select 1", StateKind::TemporaryObject},
           Case{"CREATE LOCAL TEMPORARY TABLE t ()", StateKind::TemporaryObject},
           Case{"create table if not exists pg_temp.t (a int)", StateKind::TemporaryObject},
           Case{"create temp table t (a int) on commit delete rows", StateKind::TemporaryObject},
           Case{"select 1 as a into temp t", StateKind::TemporaryObject},
           Case{"select pg_advisory_lock(1)", StateKind::AdvisoryLock},
           Case{"with l as (select pg_try_advisory_lock_shared(1, 2)) select * from l", StateKind::AdvisoryLock},
           Case{"declare c cursor with hold for select 1", StateKind::HeldCursor},
       }) {
    BOOST_TEST((explicit_state(text) == StateKinds{kind}), text);
  }
}

BOOST_AUTO_TEST_CASE(what_does_not) {
  for (const std::string_view text :
       {"",
        ";",
        "select 1",
        "set local work_mem = '1MB'",
        "set transaction read only",
        "set constraints all deferred",
        "reset work_mem",
        "reset all",
        "update t set a = 1",
        "select 'listen a; listen b'",
        "unlisten *",
        "notify a",
        "select set_config('a.b', 'c', true)",
        "select set_config('a.b', 'c', $1)",
        "select * from pg_settings",
        "select pg_advisory_xact_lock(1)",
        "select pg_advisory_unlock(1)",
        "select pg_advisory_lock from t",
        "select 'pg_advisory_lock(1)'",
        "explain select pg_advisory_lock(1)",
        "create function f() returns void language sql begin atomic select pg_advisory_lock(1); end",
        "create temp table t (a int) on commit drop",
        "create table temp (a int)",
        "create table t as select temp",
        "declare c cursor without hold for select 1",
        "prepare transaction 'x'",
        "execute p",
        "deallocate p",
        "drop table pg_temp.t",
        "select * from load",
        "insert into set values (1)"}) {
    BOOST_TEST(explicit_state(text).is_empty(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_refusal_is_known_by_what_the_server_says_of_it) {
  for (const auto kind : {StateKind::Settings, StateKind::NamedStatement, StateKind::Listen, StateKind::HeldCursor,
                          StateKind::TemporaryObject, StateKind::AdvisoryLock, StateKind::LoadedLibrary}) {
    const auto text = refused_statement(kind);
    BOOST_TEST(explicit_state(text).is_empty());
    auto error = make_error(Severity::Error, sqlstate::kUndefinedColumn, "Spalte " + text.substr(7) + " gibt es nicht");
    BOOST_TEST((refused_kind(error) == kind));
    BOOST_TEST(state_refusal(kind).sqlstate == sqlstate::kFeatureNotSupported);
    BOOST_TEST(state_refusal(kind).hint.contains("pool.state."));
    BOOST_TEST((late_state_refusal(kind).severity == Severity::Fatal));
    error.sqlstate = sqlstate::kQueryCanceled;
    BOOST_TEST(!refused_kind(error).has_value());
  }
  BOOST_TEST(!refused_kind(make_error(Severity::Error, sqlstate::kUndefinedColumn, "column \"x\" does not exist")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
