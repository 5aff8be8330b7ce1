#include "protocol/catalog_reading.h"

#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/support/hex.h"

namespace howdah::protocol {

namespace {

using tests::hex;

using Row = std::vector<std::string>;

std::string row(const Row& columns) {
  std::string body;
  append_int16(body, static_cast<std::int16_t>(columns.size()));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto text = i == 0 ? columns[i] : hex(columns[i]);
    append_int32(body, static_cast<std::int32_t>(text.size()));
    body.append(text);
  }
  return body;
}

CatalogReading reading(const std::vector<Row>& rows) {
  CatalogReading reading;
  for (const auto& one : rows) reading.take_row(row(one));
  return reading;
}

// The names that tell something; behind a slash those that do where they are written to.
std::string told_by(const std::vector<Row>& rows) {
  std::string always;
  std::string by_writing;
  for (const auto& [name, traces] : reading(rows).telling().names) {
    if (!traces.always.kinds.is_empty()) always += name + " ";
    if (!traces.by_writing.kinds.is_empty()) by_writing += name + " ";
  }
  return always + "/ " + by_writing;
}

const Row kLocks = {"f", "locks", "plpgsql", "begin perform pg_advisory_lock(1); end"};

}  // namespace

BOOST_AUTO_TEST_SUITE(catalog_reading)

BOOST_AUTO_TEST_CASE(what_reaches_a_telling_function_is_telling) {
  BOOST_TEST(told_by({}) == "/ ");
  BOOST_TEST(told_by({{"f", "plain", "sql", "select 1"}}) == "/ ");
  BOOST_TEST(told_by({{"f", "a", "sql", "select b()"}, {"f", "b", "sql", "select Locks()"}, kLocks}) == "a b locks / ");
  BOOST_TEST(told_by({{"f", "a", "sql", "select b()"}, {"f", "b", "sql", "select a(), locks()"}, kLocks}) ==
             "a b locks / ");
  BOOST_TEST(told_by({{"v", "v", "expression", "SELECT locks() AS x"}, kLocks}) == "locks v / ");
  BOOST_TEST(told_by({{"e", "sum_up", "locks", ""}, kLocks}) == "locks sum_up / ");
}

BOOST_AUTO_TEST_CASE(a_table_tells_something_where_it_is_written_to) {
  const Row trigger = {"t", "t", "locks", ""};
  BOOST_TEST(told_by({trigger, kLocks}) == "locks / t ");
  BOOST_TEST(told_by({{"w", "t", "expression", "locks(5)"}, kLocks}) == "locks / t ");
  BOOST_TEST(told_by({trigger, kLocks, {"f", "reads", "sql", "select * from t"}}) == "locks / t ");
  BOOST_TEST(told_by({trigger, kLocks, {"f", "writes", "sql", "insert into t values (1)"}}) == "locks writes / t ");
  BOOST_TEST(told_by({trigger, kLocks, {"v", "v", "expression", "SELECT a FROM t"}}) == "locks / t v ");
  BOOST_TEST(told_by({trigger, kLocks, {"e", "parent", "t", ""}}) == "locks / parent t ");
  BOOST_TEST(told_by({trigger,
                      kLocks,
                      {"w", "other", "expression", "CREATE RULE r AS ON INSERT TO other DO ALSO INSERT INTO t"}}) ==
             "locks / other t ");
}

BOOST_AUTO_TEST_CASE(settings_go_with_what_makes_them) {
  const auto names = reading({{"f", "a", "sql", "select b(), c()"},
                              {"f", "b", "expression", "RETURN set_config('x.b'::text, 'v'::text, false)"},
                              {"f", "c", "plpgsql", "begin set x.c = 1; end"}})
                         .telling()
                         .names;
  const auto& settings = names.at("a").always.settings;
  BOOST_TEST(settings.custom.contains("x.b"));
  BOOST_TEST(settings.custom.contains("x.c"));
  BOOST_TEST(!settings.is_open);
  BOOST_TEST(names.at("c").always.settings.custom.size() == 1U);
}

BOOST_AUTO_TEST_CASE(what_no_text_names_makes_everything_telling) {
  const Row hidden = {"h", "locks", "", ""};
  BOOST_TEST(reading({kLocks, hidden}).telling().is_everything);
  BOOST_TEST(!reading({kLocks, {"h", "plain", "", ""}, {"f", "plain", "sql", "select 1"}}).telling().is_everything);
  BOOST_TEST(reading({{"f", "$$", "plpgsql", "begin listen x; end"}}).telling().is_everything);
  BOOST_TEST(told_by({{"c", "locks", "", ""}, kLocks}).find("create") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_calls_nextval_is_told_apart) {
  const auto telling = reading({{"w", "t", "expression", "nextval('t_id_seq'::regclass)"},
                                {"f", "puts", "sql", "insert into t default values"},
                                {"f", "runs", "plpgsql", "begin execute x; end"},
                                {"f", "plain", "sql", "select 1"},
                                kLocks})
                           .telling();
  std::string names;
  for (const auto& [name, traces] : telling.names_with_sequences) names += name + " ";
  BOOST_TEST(names == "locks nextval puts runs setval t ");
  BOOST_TEST(telling.names_with_sequences.at("t").by_writing.kinds.has(StateKind::SequenceValue));
  BOOST_TEST(telling.names_with_sequences.at("t").always.kinds.is_empty());
  BOOST_TEST(telling.names_with_sequences.at("runs").always.kinds.has(StateKind::SequenceValue));
  BOOST_TEST(!telling.names_with_sequences.at("locks").always.kinds.has(StateKind::SequenceValue));
  BOOST_TEST(!telling.names.contains("t"));
  BOOST_TEST(!telling.reads_sequences);
  BOOST_TEST(reading({{"f", "f", "sql", "select lastval()"}}).telling().reads_sequences);
  BOOST_TEST(reading({{"v", "v", "expression", "SELECT currval('s'::regclass)"}}).telling().reads_sequences);
}

BOOST_AUTO_TEST_CASE(equal_rows_have_one_digest_in_any_order) {
  const Row other = {"f", "a", "sql", "select 1"};
  BOOST_TEST(reading({kLocks, other}).digest() == reading({other, kLocks}).digest());
  BOOST_TEST(reading({kLocks}).digest() != reading({other}).digest());
}

BOOST_AUTO_TEST_CASE(answers_that_make_no_sense_are_bad) {
  BOOST_TEST(!reading({{"x", "of", "the first query"}}).is_bad());
  BOOST_TEST(reading({{"f", "a"}}).is_bad());
  CatalogReading cut;
  const auto whole = row(kLocks);
  cut.take_row(std::string_view(whole).substr(0, whole.size() - 1));
  BOOST_TEST(cut.is_bad());
  CatalogReading large;
  const auto body = row({"f", "a", "sql", std::string(1024UL * 1024, 'x')});
  for (int i = 0; i < 20; ++i) large.take_row(body);
  BOOST_TEST(large.is_too_large());
}

BOOST_AUTO_TEST_CASE(the_limit_of_connections_is_told_and_changes_nothing_else) {
  const auto with_limit = reading({{"f", "f", "sql", "SELECT 1"}, {"l", "97", "", ""}});
  BOOST_TEST(with_limit.connections_limit() == 97);
  BOOST_TEST(with_limit.digest() == reading({{"f", "f", "sql", "SELECT 1"}}).digest());
  for (const auto* nonsense : {"", "-3", "0", "many", "99999999999", "300000"}) {
    BOOST_TEST(reading({{"l", nonsense, "", ""}}).connections_limit() == 0, nonsense);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
