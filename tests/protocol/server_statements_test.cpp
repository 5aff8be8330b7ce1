#include "protocol/server_statements.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

using namespace std::string_literals;
using Kind = StatementNote::Kind;
using Presence = ServerStatements::Presence;

struct Fixture {
  StatementPointer one = std::make_shared<const Statement>(1, "", "select 1\0\0\0"s);
  StatementPointer two = std::make_shared<const Statement>(2, "", "select 2\0\0\0"s);
  ServerStatements server;

  void parse(const StatementPointer& statement, const std::string& name = "a", std::uint64_t batch = 0) {
    server.note({.kind = Kind::ClientParse, .batch = batch, .statement = statement, .name = name});
  }
  void parsed(const StatementPointer& statement) {
    parse(statement);
    (void)server.complete();
  }
  [[nodiscard]] bool is(const StatementPointer& statement, std::uint64_t batch, Presence presence) const {
    return server.presence(statement, batch) == presence;
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(server_statements, Fixture)

BOOST_AUTO_TEST_CASE(a_parse_counts_when_it_is_answered_but_may_be_counted_on_in_its_batch) {
  BOOST_TEST(is(one, 5, Presence::Absent));
  parse(one, "a", 5);
  BOOST_TEST(is(one, 5, Presence::Present));
  BOOST_TEST(is(one, 6, Presence::Uncertain));
  BOOST_TEST(server.size() == 0U);
  BOOST_TEST(server.complete().name == "a");
  BOOST_TEST(is(one, 6, Presence::Present));
  BOOST_TEST(server.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_parse_that_failed_or_was_skipped_leaves_nothing) {
  parse(one, "a", 1);
  parse(two, "b", 1);
  BOOST_TEST((server.fail().kind == Kind::ClientParse));
  BOOST_TEST(server.noted_count() == 1U);
  server.drop(1);
  BOOST_TEST(server.noted_count() == 0U);
  BOOST_TEST(is(one, 2, Presence::Absent));
  BOOST_TEST(is(two, 2, Presence::Absent));
}

BOOST_AUTO_TEST_CASE(a_close_in_front_that_was_skipped_leaves_the_statement) {
  parsed(one);
  server.note({.kind = Kind::FrontClose, .batch = 3, .statement = one});
  BOOST_TEST(is(one, 3, Presence::Absent));
  BOOST_TEST(is(one, 4, Presence::Uncertain));
  server.drop(1);
  BOOST_TEST(is(one, 4, Presence::Present));
  server.note({.kind = Kind::FrontClose, .batch = 4, .statement = one});
  (void)server.complete();
  BOOST_TEST(is(one, 4, Presence::Absent));
}

BOOST_AUTO_TEST_CASE(a_client_s_close_of_its_name_leaves_the_statement_to_others) {
  parsed(one);
  server.note({.kind = Kind::ClientClose, .name = "a"});
  BOOST_TEST((server.newest_for("a")->kind == Kind::ClientClose));
  (void)server.complete();
  BOOST_TEST(server.newest_for("a") == nullptr);
  BOOST_TEST(is(one, 1, Presence::Present));
}

BOOST_AUTO_TEST_CASE(the_newest_and_the_oldest_note_of_a_name) {
  BOOST_TEST(server.oldest_for("a") == nullptr);
  parse(one, "a", 1);
  parse(two, "b", 1);
  BOOST_TEST(server.oldest_for("a") == server.newest_for("a"));
  server.note({.kind = Kind::ClientReuse, .batch = 2, .statement = two, .name = "a"});
  BOOST_TEST(server.oldest_for("a")->batch == 1U);
  BOOST_TEST(server.newest_for("a")->batch == 2U);
  BOOST_TEST(server.newest_for(two)->name == "b");
}

BOOST_AUTO_TEST_CASE(what_may_stand_for_a_parse_was_answered) {
  server.note({.kind = Kind::FrontParse, .statement = one});
  BOOST_TEST(!server.is_prepared(one));
  (void)server.complete();
  BOOST_TEST(server.is_prepared(one));
  server.note({.kind = Kind::FrontClose, .statement = one});
  BOOST_TEST(!server.is_prepared(one));
}

BOOST_AUTO_TEST_CASE(the_answer_to_a_describe_comes_with_its_note) {
  parsed(one);
  server.note({.kind = Kind::ClientDescribe, .statement = one});
  server.note_described('t', "\0\0"s);
  server.note_described('T', "\0\1a\0\0\0\0\0\0\0\0\0\0\x17\0\4\xff\xff\xff\xff\0\0"s);
  const auto note = server.complete();
  BOOST_TEST(note.shape.parameters != 0U);
  BOOST_TEST(note.shape.rows != 0U);
  BOOST_TEST(server.is_prepared(one));
}

BOOST_AUTO_TEST_CASE(the_one_used_the_longest_ago_comes_first) {
  parsed(one);
  parsed(two);
  BOOST_TEST(server.in_order_of_use().front() == one);
  server.touch(one);
  BOOST_TEST(server.in_order_of_use().front() == two);
  server.touch(one);
  parsed(two);  // again
  BOOST_TEST(server.in_order_of_use().front() == one);
  BOOST_TEST(server.size() == 2U);
}

BOOST_AUTO_TEST_CASE(the_unnamed_one_is_set_and_destroyed_by_what_was_run) {
  server.note({.kind = Kind::UnnamedParse, .unnamed = 9});
  BOOST_TEST(server.unnamed() == 0U);
  (void)server.complete();
  BOOST_TEST(server.unnamed() == 9U);
  const auto changes = server.unnamed_changes();
  server.note({.kind = Kind::UnnamedParse, .unnamed = 10});
  server.drop(1);
  BOOST_TEST(server.unnamed() == 9U);
  BOOST_TEST(server.unnamed_changes() == changes);
  server.note({.kind = Kind::UnnamedParse, .unnamed = 11});
  BOOST_TEST((server.fail().kind == Kind::UnnamedParse));
  BOOST_TEST(server.unnamed() == 0U);
  server.note({.kind = Kind::UnnamedParse, .unnamed = 12});
  (void)server.complete();
  server.on_query_run();
  BOOST_TEST(server.unnamed() == 0U);
  BOOST_TEST(server.unnamed_changes() > changes);
}

BOOST_AUTO_TEST_CASE(names_made_visible_to_sql_come_and_go_with_the_answers) {
  server.note({.kind = Kind::VisibleParse, .batch = 1, .name = "a"});
  BOOST_TEST((server.visible_presence("a", 1) == Presence::Present));
  BOOST_TEST((server.visible_presence("a", 2) == Presence::Uncertain));
  BOOST_TEST(server.newest_for("a") == nullptr);  // nothing about the client's name
  (void)server.complete();
  BOOST_TEST(server.visible_names().contains("a"));
  server.note({.kind = Kind::ClientClose, .batch = 2, .name = "a"});
  BOOST_TEST((server.visible_presence("a", 2) == Presence::Absent));
  (void)server.complete();
  BOOST_TEST(server.visible_names().empty());
  server.note({.kind = Kind::VisibleParse, .batch = 3, .name = "b"});
  (void)server.complete();
  server.forget_visible("b");
  BOOST_TEST((server.visible_presence("b", 4) == Presence::Absent));
}

BOOST_AUTO_TEST_CASE(deallocate_all_leaves_only_what_is_still_to_come) {
  parsed(one);
  parse(two, "b", 4);
  server.clear();
  BOOST_TEST(is(one, 5, Presence::Absent));
  (void)server.complete();
  BOOST_TEST(is(two, 5, Presence::Present));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
