#include "protocol/notification.h"

#include <boost/test/unit_test.hpp>

#include "protocol/channel_words.h"
#include "protocol/function_body.h"
#include "protocol/name_graph.h"

namespace howdah::protocol {

namespace {

bool touches(std::string_view text) {
  return may_touch_channels(text, nullptr);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(notification)

BOOST_AUTO_TEST_CASE(what_is_written_is_read) {
  std::string frame;
  append_notification(frame, {.process_id = 4711, .channel = "news", .payload = "a 'word'"});
  BOOST_TEST(frame.front() == 'A');
  const auto read = read_notification(Bytes(frame).substr(5));
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(read->process_id == 4711);
  BOOST_TEST(read->channel == "news");
  BOOST_TEST(read->payload == "a 'word'");
  for (std::size_t size = 0; size + 6 < frame.size(); ++size) {
    BOOST_TEST(!read_notification(Bytes(frame).substr(5, size)).has_value());
  }
}

BOOST_AUTO_TEST_CASE(names_of_channels_are_quoted) {
  BOOST_TEST(for_each_channel("LISTEN", {"Two words", "a\"b"}) == R"(LISTEN "Two words";LISTEN "a""b";)");
  BOOST_TEST(for_each_channel("LISTEN", {}).empty());
  BOOST_TEST(notify_command("a\"b", "0.7") == R"(NOTIFY "a""b",'0.7';)");
}

BOOST_AUTO_TEST_CASE(texts_that_have_to_do_with_channels) {
  for (const auto* text : {"LISTEN a", "select 1; Unlisten *", "notify a", "select pg_notify('a', '')", "discard all",
                           "select pg_listening_channels()", "DO $$ $$", "call p()", "execute s", "reset all",
                           "set client_encoding = 'latin1'", "set names 'latin1'", "select U&\"\\0061\"()"}) {
    BOOST_TEST(touches(text), text);
  }
  for (const auto* text : {"select 1", "insert into listeners values ('notified')", "update a set b = 2",
                           "set work_mem = '1MB'", "begin", "select docs, called from t"}) {
    BOOST_TEST(!touches(text), text);
  }
}

BOOST_AUTO_TEST_CASE(functions_and_triggers_that_notify_are_known_by_the_catalog) {
  NameGraph graph;
  graph.add_text("tell", NameGraph::Use::Always, "plpgsql", "begin perform pg_notify('a', new.b); return new; end");
  graph.add_trigger("rows", "tell");
  graph.add_text("add", NameGraph::Use::Always, "sql", "insert into rows values (1)");
  const TellingNames names(graph.telling(), 1);
  BOOST_TEST(may_touch_channels("select add()", &names));
  BOOST_TEST(may_touch_channels("insert into rows values (1)", &names));
  BOOST_TEST(!may_touch_channels("select * from rows", &names));
  BOOST_TEST(!names.is_in("select add()"));  // but nothing is left by it
  BOOST_TEST(!names.is_in("insert into rows values (1)"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
