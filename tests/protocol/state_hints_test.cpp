#include "protocol/state_hints.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "protocol/left_state.h"

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

// What the words of one text tell, in letters: s(ession set), h(old), g (settings), t(emporary), a(dvisory),
// b(egins).
std::string told_by(const StatementWords& words) {
  std::string told;
  if (words.has_session_set()) told += 's';
  if (words.has_hold()) told += 'h';
  if (words.kinds().has(StateKind::Settings)) told += 'g';
  if (words.kinds().has(StateKind::TemporaryObject)) told += 't';
  if (words.kinds().has(StateKind::AdvisoryLock)) told += 'a';
  if (words.kinds().has(StateKind::CodeBlock)) told += 'c';
  if (words.kinds().has(StateKind::ReplicationOrigin)) told += 'o';
  if (words.hides_names()) told += 'n';
  if (words.starts_transaction()) told += 'b';
  return told;
}

std::string told_in_pieces(std::string_view text, std::size_t piece_bytes) {
  StatementWords words;
  words.begin_text();
  for (std::size_t at = 0; at < text.size(); at += piece_bytes) words.feed(text.substr(at, piece_bytes));
  words.end_text();
  return told_by(words);
}

struct Case {
  std::string text;
  std::string told;
};

void check(const std::vector<Case>& cases) {
  for (const auto& [text, told] : cases) {
    for (std::size_t piece_bytes = 1; piece_bytes <= text.size() + 1; ++piece_bytes)
      BOOST_TEST(told_in_pieces(text, piece_bytes) == told, text << " in pieces of " << piece_bytes);
  }
}

LeftState noted(std::string_view tag, std::string_view text, LeftState kinds = {}) {
  StatementWords words;
  words.begin_text();
  words.feed(text);
  words.end_text();
  note_command_tag(tag, words, kinds);
  return kinds;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(state_hints)

BOOST_AUTO_TEST_CASE(a_setting_of_the_session_is_told_from_one_of_the_transaction) {
  check({{"set work_mem = '1MB'", "s"},
         {"SET Work_Mem TO '1MB'", "s"},
         {"set\n\t\"work_mem\" = 1", "s"},
         {"set session work_mem = 1", "s"},
         {"set time zone 'UTC'", "s"},
         {"reset all", "s"},
         {"RESET work_mem", "s"},
         {"set local work_mem = 1", ""},
         {"set\r\n\f local\twork_mem = 1", ""},
         {"set local \"work_mem\" = 1", ""},
         {"set transaction isolation level serializable", ""},
         {"set constraints all deferred", ""},
         {"set local a.b = 1; set a.b = 1", "s"},
         {"set a.b = 1; set local a.b = 1", "s"},
         {"select 1", ""}});
}

// A block that fails has no tag and may have left something all the same.
BOOST_AUTO_TEST_CASE(code_blocks_and_calls_are_told_by_where_they_stand) {
  check({{"do $$ begin end $$", "c"},
         {"DO language plpgsql 'begin end'", "c"},
         {"Do\n'begin end'", "c"},
         {"do /* so */ $$ begin end $$", "c"},
         {"select 1; do $$ begin end $$", "c"},
         {"/* so */ do $$ begin end $$", "c"},
         {"-- so\ncall p()", "c"},
         {"call p(1)", "c"},
         {"select 1;CALL p()", "c"},
         {"s1\0call p()\0"s, "c"},
         {"insert into t values (1) on conflict do nothing", ""},
         {"/* so */ insert into t values (1) on conflict do update set a = 1 -- so", "s"},
         {"select call from calls", ""},
         {"select a as do", ""},
         {"select a - b as call", "c"}});
}

BOOST_AUTO_TEST_CASE(names_that_cannot_be_read_and_texts_that_run_texts_may_do_anything) {
  check({{"select U&\"pg_\\0061dvisory_lock\"(1)", "cn"},
         {"select u&\"x\"", "cn"},
         {"select U&'x', u & \"v\"", ""},
         {"select u.id & 1, u from u", ""},
         {"select query_to_xml('x', true, false, '')", "cn"},
         {"select query_to_xml_and_xmlschema('x', true, false, '')", "cn"},
         {"select * from ts_stat('select v from t')", "cn"},
         {"select * from crosstab2('x')", "cn"},
         {"update pg_settings set setting = 1", "sg"},
         {"select * from PG_Settings", "g"},
         {"select pg_replication_origin_session_setup('x')", "o"}});
}

BOOST_AUTO_TEST_CASE(seldom_words_are_met_too) {
  const auto words_of = [](std::string_view text) {
    StatementWords words;
    words.begin_text();
    words.feed(text);
    words.end_text();
    return words;
  };
  for (const auto* text : {"CLOSE c", "unlisten a", "DROP table t", "discard temp", "deallocate s", "reset x"}) {
    BOOST_TEST(words_of(text).may_remove_state(), text);
  }
  for (const auto* text :
       {"ALTER FUNCTION f() RENAME TO g", "create view v as select 1", "create rule _r as on insert"}) {
    BOOST_TEST(words_of(text).may_change_names(), text);
  }
  for (const auto* text :
       {"listen a", "LOAD 'x'", "declare c cursor with hold for select 1", "prepare s as select 1"}) {
    BOOST_TEST(words_of(text).may_leave_state(), text);
  }
  BOOST_TEST(words_of("drop DATABASE d").names_database());
  BOOST_TEST(words_of("select Lastval()").reads_sequences());
  BOOST_TEST(words_of("select currval('s')").reads_sequences());
  BOOST_TEST(words_of("EXECUTE s").names_statements());
}

// PostgreSQL takes each of these for a setting of the session.
BOOST_AUTO_TEST_CASE(what_sets_back_is_told_by_its_words) {
  const auto may_reset = [](std::string_view text) {
    StatementWords words;
    words.begin_text();
    words.feed(text);
    words.end_text();
    return words.may_reset_settings();
  };
  for (const auto* text :
       {"RESET x", "select 1; reset all", "DISCARD ALL", "set x to default", "SET LOCAL x = DEFAULT",
        "set time zone local", "do $$ begin reset x; end $$", "select set_config('x', null, false)"}) {
    BOOST_TEST(may_reset(text), text);
  }
  for (const auto* text : {"select 1", "set x = 1", "update t set x = default", "insert into t values (default)",
                           "create table t (x int default null)", "set x = 'a'; select 1"}) {
    BOOST_TEST(!may_reset(text), text);
  }
}

BOOST_AUTO_TEST_CASE(what_only_looks_local_is_of_the_session) {
  check({{"set local.x = 1", "s"},
         {"set local . x = 1", "s"},
         {"set local/**/.x = 1", "s"},
         {"set transaction.x = 1", "s"},
         {"set constraints.x = 1", "s"},
         {"set/*local*/work_mem = 1", "s"},
         {"set -- local\n work_mem = 1", "s"},
         {"set \"local\".x = 1", "s"}});
}

BOOST_AUTO_TEST_CASE(words_that_leave_something_are_found_in_any_case_and_place) {
  check({{"create temp table t ()", "t"},
         {"CREATE TEMPORARY VIEW v AS SELECT 1", "t"},
         {"select 1 into temp t", "t"},
         {"create table pg_temp.t ()", "t"},
         {"create table pg_temp_3.t ()", "t"},
         {"select set_config('a.b', 'c', false)", "g"},
         {"select pg_catalog.SET_CONFIG('a.b', 'c', false)", "g"},
         {"select*from(select\"set_config\"('a.b','c',false))x", "g"},
         {"declare c cursor with hold for select 1", "h"},
         {"declare c cursor WITHOUT  HOLD for select 1", ""},
         {"declare c cursor with --without\n hold for select 1", "h"},
         {"declare c cursor with /*without*/ hold for select 1", "h"},
         {"declare \"without\" cursor with hold for select 1", "h"},
         {"declare without cursor with hold for select 1", "h"},
         {"begin", "b"},
         {"START TRANSACTION", "b"},
         {"begin; create temp table t ()", "tb"},
         {"end; begin", ""},
         {"select 'temper', 'holding', 'resets', 'contemporary', 'set_configs', 'offset'", ""},
         {"sel\xc3\xa9temp", ""},
         {"", ""}});
}

BOOST_AUTO_TEST_CASE(advisory_locks_of_the_session_are_told_from_those_of_the_transaction) {
  for (const std::string name : {"pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock",
                                 "pg_try_advisory_lock_shared", "my_advisory_lock"})
    check({{"select " + name + "(1)", "a"}});
  for (const std::string name : {"pg_advisory_xact_lock", "pg_advisory_xact_lock_shared", "pg_try_advisory_xact_lock",
                                 "pg_try_advisory_xact_lock_shared", "pg_advisory_unlock", "pg_advisory_unlock_all",
                                 "pg_advisory_unlock_shared"})
    check({{"select " + name + "(1)", ""}});
}

BOOST_AUTO_TEST_CASE(words_longer_than_any_name_are_passed_over) {
  const std::string longest(63, 'x');
  check({{"set " + longest + "x = 1", "s"},
         {longest + "x set_config", "g"},
         {"temp" + longest, ""},
         {std::string(100, 'x') + "_advisory_lock", ""}});
}

BOOST_AUTO_TEST_CASE(words_do_not_run_on_into_the_next_text) {
  StatementWords words;
  for (const auto* text : {"te", "mp", "set", "local work_mem = 1"}) {
    words.begin_text();
    words.feed(text);
    words.end_text();
  }
  BOOST_TEST(told_by(words) == "");
}

BOOST_AUTO_TEST_CASE(who_reads_values_of_sequences_is_known_by_two_words) {
  for (const auto& [text, expected] :
       {std::pair("select LastVal()", true), std::pair("select pg_catalog.currval('s')", true),
        std::pair("select nextval('s')", false), std::pair("select last_value from s", false)}) {
    StatementWords words;
    words.begin_text();
    for (const char* c = text; *c != '\0'; ++c) words.feed(std::string_view(c, 1));
    words.end_text();
    BOOST_TEST(words.reads_sequences() == expected, text);
  }
}

BOOST_AUTO_TEST_CASE(that_something_was_met_is_remembered_until_reset_but_what_only_for_its_text) {
  StatementWords words;
  words.begin_text();
  words.feed("begin; create temp table t ()");
  words.end_text();
  words.begin_text();
  words.feed("select 1");
  words.end_text();
  BOOST_TEST(told_by(words) == "");
  BOOST_TEST(words.is_telling());
  words.reset();
  BOOST_TEST(!words.is_telling());
}

BOOST_AUTO_TEST_CASE(the_message_of_a_parse_is_read_with_its_name_and_types) {
  check({{"begin\0select 1\0\0\0"s, "b"}, {"\0set x.y = 1\0\0\0"s, "s"}, {"s\0set local x.y = 1\0\0\0"s, ""}});
}

BOOST_AUTO_TEST_CASE(command_tags_tell_what_is_left) {
  struct Tag {
    std::string_view tag;
    std::string_view text;
    std::string_view name;  // of the kind; empty: nothing is left
  };
  for (const auto& [tag, text, name] :
       std::initializer_list<Tag>{{"SET", "set work_mem = 1", "settings"},
                                  {"SET", "set local work_mem = 1", ""},
                                  {"SET CONSTRAINTS", "set constraints all deferred", ""},
                                  {"LISTEN", "listen n", "listen"},
                                  {"UNLISTEN", "unlisten n", ""},
                                  {"PREPARE", "prepare s as select 1", "named statement"},
                                  {"PREPARE TRANSACTION", "prepare transaction 'x'", ""},
                                  {"DEALLOCATE", "deallocate s", ""},
                                  {"DECLARE CURSOR", "declare c cursor for select 1", ""},
                                  {"DECLARE CURSOR", "declare c cursor with hold for select 1", "held cursor"},
                                  {"LOAD", "load 'x'", "loaded library"},
                                  {"DO", "do $$ begin end $$", "code block"},
                                  {"CALL", "call p()", "code block"},
                                  {"RESET", "reset all", "settings"},
                                  {"DISCARD PLANS", "discard plans", ""},
                                  {"SELECT 1", "select 1", ""},
                                  {"", "", ""}})
    BOOST_TEST(noted(tag, text).first_name() == name, tag);
}

BOOST_AUTO_TEST_CASE(discard_all_leaves_nothing_and_other_tags_take_nothing_away) {
  LeftState kinds;
  kinds.suspect(StateKind::Listen);
  kinds.suspect(StateKind::CodeBlock);
  BOOST_TEST(noted("DISCARD ALL", "discard all", kinds).is_empty());
  BOOST_TEST(noted("DEALLOCATE ALL", "deallocate all", kinds).has(StateKind::CodeBlock));
  BOOST_TEST(noted("DEALLOCATE ALL", "deallocate all", kinds).first_name() == state_kind_name(StateKind::Listen));
}

BOOST_AUTO_TEST_CASE(an_empty_set_of_kinds_has_no_name) {
  BOOST_TEST(StateKinds().is_empty());
  BOOST_TEST(StateKinds().first_name().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
