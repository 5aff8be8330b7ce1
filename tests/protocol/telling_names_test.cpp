#include "protocol/telling_names.h"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <string>

namespace howdah::protocol {

namespace {

StateTraces traces_of(StateKind kind, std::string setting = "") {
  StateTraces traces;
  traces.kinds.add(kind);
  if (!setting.empty()) traces.settings.custom.insert(std::move(setting));
  return traces;
}

std::shared_ptr<const TellingNames> list() {
  TellingNames::Map names;
  for (const auto* name : {"set_tenant", "Set Somebody $x",
                           "gr\xC3\xB6\xC3\x9F"
                           "e"}) {
    names[key_of_name(name)].always = traces_of(StateKind::Settings, "app.tenant");
  }
  names[key_of_name(std::string(63, 'n'))].always = traces_of(StateKind::TemporaryObject);
  names["watched"].by_writing = traces_of(StateKind::AdvisoryLock);
  return std::make_shared<const TellingNames>(names, 1);
}

// The first kind that the words of a text tell by the list; the text in pieces of that size.
std::string told_by(const std::string& text, std::size_t piece_bytes) {
  StatementWords words;
  words.look_for(list());
  words.reset();
  words.begin_text();
  for (std::size_t at = 0; at < text.size(); at += piece_bytes)
    words.feed(std::string_view(text).substr(at, piece_bytes));
  words.end_text();
  BOOST_TEST(words.may_leave_state() == !words.kinds().is_empty());
  BOOST_TEST(words.named().empty() == words.kinds().is_empty());
  return std::string(words.kinds().first_name());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(telling_names)

BOOST_AUTO_TEST_CASE(a_text_with_such_a_name_is_told_however_it_is_written_and_cut) {
  const std::string long_name(70, 'n');
  for (const auto& [text, told] : {
           std::pair<std::string, std::string>("select set_tenant(1)", "settings"),
           {"select SET_Tenant(1)", "settings"},
           {"select public.\"set_tenant\" (1)", "settings"},
           {"select \"Set Somebody $x\"()", "settings"},
           {"select \xE9t\xE9()", "settings"},
           {"select " + long_name + "()", "temporary object"},
           {"select * from watched", ""},
           {"select 1; insert into watched values (1)", "advisory lock"},
           {"UPDATE ONLY Watched x set_ a = 1", "advisory lock"},
           {"copy watched from stdin", "advisory lock"},
           {"select set_tenants(), set, tenant, set_tenan", ""},
           {"", ""},
       }) {
    for (const std::size_t piece : {std::size_t(1), std::size_t(3), std::size_t(1000)}) {
      BOOST_TEST(told_by(text, piece) == told, text);
    }
    BOOST_TEST(list()->is_in(text) == !told.empty(), text);
  }
}

BOOST_AUTO_TEST_CASE(a_name_is_known_by_its_longest_word) {
  BOOST_TEST(key_of_name("Set Somebody $x") == "somebody");
  BOOST_TEST(key_of_name("a-longer name") == "longer");
  BOOST_TEST(key_of_name("$-") == "");
  BOOST_TEST(key_of_name("Plain") == "plain");
}

BOOST_AUTO_TEST_CASE(without_names_nothing_is_told) {
  StatementWords words;
  words.look_for(list());
  words.look_for(nullptr);
  words.begin_text();
  words.feed("select set_tenant(1)");
  words.end_text();
  BOOST_TEST(words.kinds().is_empty());
  BOOST_TEST(TellingNames({}, 1, true).is_everything());
}

BOOST_AUTO_TEST_CASE(commands_that_may_change_what_names_mean_are_told) {
  const auto may_change = [](std::string_view text) {
    StatementWords words;
    words.begin_text();
    words.feed(text);
    words.end_text();
    return words.may_change_names();
  };
  for (const char* text : {"create function f()", "CREATE OR REPLACE PROCEDURE p()", "alter table t rename to u",
                           "create table t (a int default f())", "create view v as select 1",
                           "alter table t attach partition p", "create extension x", "select 1; create trigger t"}) {
    BOOST_TEST(may_change(text), text);
  }
  for (const char* text : {"create table t (a int)", "create temp table t (a int default 1)", "drop function f",
                           "select function from t", "create index on t (a)", "alter table t add a int"}) {
    BOOST_TEST(!may_change(text), text);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
