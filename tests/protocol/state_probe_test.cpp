#include "protocol/state_probe.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

std::string row(std::initializer_list<std::string_view> columns) {
  std::string body;
  append_int16(body, static_cast<std::int16_t>(columns.size()));
  for (const auto column : columns) {
    append_int32(body, static_cast<std::int32_t>(column.size()));
    body.append(column);
  }
  return body;
}

ProbeAnswer answer(std::initializer_list<std::string> rows) {
  ProbeAnswer answer;
  for (const auto& one : rows) answer.take_row(one);
  return answer;
}

StateKinds only(StateKind kind) {
  StateKinds kinds;
  kinds.add(kind);
  return kinds;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(state_probe)

BOOST_AUTO_TEST_CASE(it_asks_for_what_is_suspected_and_a_code_block_for_all) {
  const auto settings = probe_query(only(StateKind::Settings), {});
  BOOST_TEST(settings.starts_with(kProbeMark));
  BOOST_TEST(settings.contains("pg_catalog.pg_settings"));
  BOOST_TEST(!settings.contains("pg_locks"));
  const auto locks = probe_query(only(StateKind::AdvisoryLock), {"a.b"});
  BOOST_TEST(locks.contains("pg_catalog.pg_locks"));
  BOOST_TEST(!locks.contains("pg_settings"));
  const auto all = probe_query(only(StateKind::CodeBlock), {"a.b", "c'd.e"});
  for (const auto* part : {"pg_settings", "pg_locks", "pg_depend", "pg_cursors", "pg_prepared_statements",
                           "pg_listening_channels", "('a.b')"}) {
    BOOST_TEST(all.contains(part), part);
  }
  BOOST_TEST(!all.contains("c'd.e"));
}

BOOST_AUTO_TEST_CASE(what_is_expected_is_compared_behind_all_else) {
  const auto query = probe_query(only(StateKind::Settings), {"a.b"}, make_session_settings({{"work_mem", "1 GB"}}));
  BOOST_TEST(query.find("'x'") > query.find("('a.b')"));
  BOOST_TEST(!answer({row({"s", "61", "62"})}).has_unexpected_value());
  BOOST_TEST(answer({row({"x", "", ""})}).has_unexpected_value());
}

BOOST_AUTO_TEST_CASE(settings_come_back_byte_by_byte) {
  const auto told =
      answer({row({"s", "6170702e54", "c3bc00ff"}), row({"s", "726f6c65", "6a6f65"}), row({"u", "616e6e", ""}),
              row({"d", "612e62", ""}), row({"s", "7472616e73616374696f6e5f726561645f6f6e6c79", "6f6e"})});
  BOOST_TEST(!told.is_bad());
  BOOST_TEST(told.settings().size() == 4U);
  BOOST_TEST(told.at_default().contains("a.b"));
  BOOST_TEST(told.settings().at("app.t").text == std::string("\xc3\xbc\0\xff", 4));
  BOOST_TEST(told.settings().at("role").text == "joe");
  BOOST_TEST(told.settings().at("session_authorization").text == "ann");
  BOOST_TEST(told.kinds().is_empty());
}

BOOST_AUTO_TEST_CASE(each_other_row_is_a_kind_that_keeps_the_server) {
  for (const auto& [what, kind] : {std::pair("t", StateKind::TemporaryObject), std::pair("a", StateKind::AdvisoryLock),
                                   std::pair("h", StateKind::HeldCursor), std::pair("p", StateKind::NamedStatement)}) {
    BOOST_TEST(answer({row({what, "", ""})}).kinds().has(kind), what);
  }
  const auto told = answer({row({"l", "6e657773", ""})});
  BOOST_TEST(told.channels().front() == "news");
  BOOST_TEST(answer({row({"s", "74656d705f62756666657273", "31"})}).kinds().has(StateKind::Settings));
}

BOOST_AUTO_TEST_CASE(an_answer_that_makes_no_sense_is_bad) {
  const auto huge = std::string(140'000, '6');
  for (const auto& body : {std::string(), row({}), row({"s", "61"}), row({"s", "6", "61"}), row({"s", "6g", "61"}),
                           row({"?", "61", "61"}), row({"", "", ""}), row({"s", "61", huge}),
                           row({"s", "61", "61"}).substr(0, 9), std::string("\0\3\377\377\377\377", 6)}) {
    BOOST_TEST(answer({body}).is_bad());
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
