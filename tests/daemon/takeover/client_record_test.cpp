#include "daemon/takeover/client_record.h"

#include <boost/test/unit_test.hpp>
#include <chrono>

namespace howdah::takeover {

namespace {

using client::HandedClient;
using protocol::SettingValue;

HandedClient full() {
  const auto startup = protocol::make_session_settings({{"application_name", "till"}});
  const protocol::SettingsMap own = {
      {"application_name", {.text = "till"}},
      {"search_path", {.text = std::string("a\0b\0", 4), .kind = SettingValue::Kind::Names}},
      {"my.own", {.kind = SettingValue::Kind::Default}},
  };
  const client::HandedStatement statement{.variant = "v",
                                          .definition = std::string("select 1\0\0\0", 11),
                                          .told = {.parameters = 5, .rows = ~std::uint64_t{0}},
                                          .is_outdated = true};
  return {.id = 42,
          .user = "ann",
          .database = "shop",
          .peer = io::PeerAddress::of(std::string_view("\x7f\0\0\1", 4), 6000),
          .connected_at = std::chrono::system_clock::time_point(std::chrono::milliseconds(1'700'000'000'123)),
          .key = {.process_id = 1234, .secret = std::string("\0\1\2\3", 4)},
          .is_statement_mode = true,
          .reads_sequences = true,
          .startup_settings = startup,
          .settings = std::make_shared<protocol::SettingsMap>(own),
          .statements = {{.name = "s", .statement = statement}, {.name = "t", .statement = {.definition = "x"}}},
          .sql_names = {"p"},
          .unnamed = HandedClient::Unnamed{.shared = statement, .names_statements = true, .is_setting = true},
          .begin = HandedClient::Begin{.text = "BEGIN", .is_failed = true},
          .unread = std::string("Q\0\0", 3)};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(takeover_client_record)

BOOST_AUTO_TEST_CASE(all_that_a_client_has_comes_out_as_it_went_in) {
  const auto client = full();
  KnownSettings settings;
  const auto read = read_client(*Record::read(to_record(client).encoded()), -1, settings);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->id == 42U);
  BOOST_TEST(read->user == "ann");
  BOOST_TEST(read->database == "shop");
  BOOST_TEST(read->peer.text() == "127.0.0.1:6000");
  BOOST_TEST((read->connected_at == client.connected_at));
  BOOST_TEST(read->key.process_id == 1234);
  BOOST_TEST(read->key.secret == client.key.secret);
  BOOST_TEST(read->is_statement_mode);
  BOOST_TEST(read->reads_sequences);
  BOOST_TEST((*read->startup_settings == *client.startup_settings));
  BOOST_TEST((*read->settings == *client.settings));
  BOOST_REQUIRE(read->statements.size() == 2U);
  BOOST_TEST(read->statements[0].name == "s");
  const auto& statement = read->statements[0].statement;
  BOOST_TEST(statement.variant == "v");
  BOOST_TEST(statement.definition == client.statements[0].statement.definition);
  BOOST_TEST(statement.told.parameters == 5U);
  BOOST_TEST(statement.told.rows == ~std::uint64_t{0});
  BOOST_TEST(statement.is_outdated);
  BOOST_TEST(!read->statements[1].statement.is_outdated);
  BOOST_TEST(read->sql_names == std::vector<std::string>{"p"}, boost::test_tools::per_element());
  BOOST_REQUIRE(read->unnamed.has_value());
  BOOST_TEST(read->unnamed->shared->definition == statement.definition);
  BOOST_TEST(read->unnamed->names_statements);
  BOOST_TEST(read->unnamed->is_setting);
  BOOST_TEST(read->begin->text == "BEGIN");
  BOOST_TEST(read->begin->is_failed);
  BOOST_TEST(read->unread == client.unread);
}

BOOST_AUTO_TEST_CASE(one_that_has_nothing_stays_so) {
  const HandedClient client{.id = 1, .user = "u", .database = "d", .connected_at = {}, .key = {}};
  KnownSettings settings;
  const auto read = read_client(*Record::read(to_record(client).encoded()), -1, settings);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(!read->settings);
  BOOST_TEST(!read->unnamed.has_value());
  BOOST_TEST(!read->begin.has_value());
  BOOST_TEST(read->peer.is_local());
}

BOOST_AUTO_TEST_CASE(settings_that_are_the_same_are_one) {
  KnownSettings settings;
  const auto one = read_client(*Record::read(to_record(full()).encoded()), -1, settings);
  const auto two = read_client(*Record::read(to_record(full()).encoded()), -1, settings);
  BOOST_TEST(one->settings == two->settings);
  BOOST_TEST(one->settings != one->startup_settings);
}

BOOST_AUTO_TEST_CASE(what_lacks_something_or_has_too_much_is_not_taken) {
  KnownSettings settings;
  const auto is_read = [&](const Record& record) { return read_client(record, -1, settings).has_value(); };
  BOOST_TEST(!is_read(Record()));
  BOOST_TEST(!is_read(Record().add(Tag::Number, std::uint64_t{1}).add(Tag::User, "ann")));
  for (const auto tag : {Tag::Statement, Tag::Unnamed, Tag::Settings, Tag::StartupSettings}) {
    auto record = to_record({.id = 1, .user = "u", .database = "d", .connected_at = {}, .key = {}});
    BOOST_TEST(is_read(record));
    BOOST_TEST(!is_read(record.add(tag, "no record")));
  }
  auto bytes = to_record(full()).encoded();
  protocol::append_integer(bytes, static_cast<std::uint16_t>(kLastTag) + 1);
  protocol::append_int32(bytes, 0);
  const auto beyond = Record::read(bytes.substr(0, bytes.size() - 8) + bytes.substr(bytes.size() - 8));
  BOOST_TEST((!beyond || !is_read(*beyond)));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::takeover
