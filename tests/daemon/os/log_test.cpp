#include "daemon/os/log.h"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <thread>
#include <vector>

namespace howdah::os {

using config::LogFormat;
using config::LogLevel;

namespace {

struct Lines {
  [[nodiscard]] Log::Sink sink() {
    return [this](std::string_view line) { all.emplace_back(line); };
  }
  // The last line without its time.
  [[nodiscard]] std::string last() const { return all.back().substr(all.back().find(' ') + 1); }

  std::vector<std::string> all;
};

struct TextLog : Lines {
  Log log{LogLevel::Debug, LogFormat::Text, sink()};
};

struct JsonLog : Lines {
  Log log{LogLevel::Debug, LogFormat::Json, sink()};
  [[nodiscard]] nlohmann::json last_object() const { return nlohmann::json::parse(all.back()); }
};

struct Word {
  std::string value;
  std::string shown;
};

std::ostream& operator<<(std::ostream& out, const Word& word) {
  return out << word.shown;
}

const std::vector<Word> kWords = {
    {"app", "app"},
    {"127.0.0.1:6432", "127.0.0.1:6432"},
    {"", "\"\""},
    {"two words", "\"two words\""},
    {"x\nerror forged=1", R"("x\nerror forged=1")"},
    {"x\r\nforged", R"("x\r\nforged")"},
    {R"(x" forged="1)", R"("x\" forged=\"1")"},
    {R"(back\slash)", R"("back\\slash")"},
    {"a=b", "\"a=b\""},
    {"x\x1b[31m", R"("x\x1b[31m")"},
    {std::string("nul\0byte", 8), R"("nul\x00byte")"},
    {"del\x7f", R"("del\x7f")"},
    {"f\xc3\xbcr", "f\xc3\xbcr"},
    {"\xf0\x9f\x90\x98", "\xf0\x9f\x90\x98"},
    {"c1 \xc2\x85", R"("c1 \xc2\x85")"},
    {"\xe2\x80\xaeturned", R"("\xe2\x80\xaeturned")"},
    {"\xe2\x80\xa8line", R"("\xe2\x80\xa8line")"},
    {"\xff", R"("\xff")"},
    {"cut \xe2\x82", R"("cut \xe2\x82")"},
    {"\xc0\xaf", R"("\xc0\xaf")"},
    {"\xed\xa0\x80", R"("\xed\xa0\x80")"},
    {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},
    {"\x80", R"("\x80")"},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(log)

BOOST_FIXTURE_TEST_CASE(a_text_line_is_time_level_event_and_fields, TextLog) {
  log.info("client connected", {{"client", 7}, {"user", "app"}});
  const std::regex shape(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info client connected client=7 user=app)");
  BOOST_TEST(std::regex_match(all.at(0), shape), all.at(0));
}

BOOST_FIXTURE_TEST_CASE(each_level_has_its_word, TextLog) {
  log.debug("a");
  log.info("a");
  log.warning("a");
  log.error("a");
  std::vector<std::string> levels;
  for (const auto& line : all) levels.push_back(line.substr(line.find(' ') + 1));
  BOOST_TEST(levels == (std::vector<std::string>{"debug a", "info a", "warning a", "error a"}),
             boost::test_tools::per_element());
}

BOOST_DATA_TEST_CASE_F(TextLog, a_value_is_one_word_or_quoted, kWords, word) {
  log.info("event", {{"user", word.value}, {"next", 1}});
  BOOST_TEST(last() == "info event user=" + word.shown + " next=1");
}

BOOST_AUTO_TEST_CASE(what_is_below_the_level_is_left_out) {
  Lines lines;
  Log log(LogLevel::Warning, LogFormat::Text, lines.sink());
  log.debug("a");
  log.info("a");
  BOOST_TEST(lines.all.empty());
  BOOST_TEST(!log.is_on(LogLevel::Info));
  log.warning("a");
  log.error("a");
  BOOST_TEST(lines.all.size() == 2u);
  BOOST_TEST(log.is_on(LogLevel::Error));
}

BOOST_FIXTURE_TEST_CASE(a_long_value_is_cut_between_characters, TextLog) {
  std::string value(Log::kMostValueBytes - 1, 'x');
  log.info("event", {{"value", value + "\xc3\xbc" + "tail"}});
  BOOST_TEST(last() == "info event value=" + value + "...");
}

BOOST_FIXTURE_TEST_CASE(a_long_value_without_characters_is_cut_too, TextLog) {
  log.info("event", {{"value", std::string(1'000'000, '\x80')}});
  BOOST_TEST(last().size() < 4 * Log::kMostValueBytes + 100);
}

BOOST_FIXTURE_TEST_CASE(a_json_line_holds_the_same, JsonLog) {
  log.warning("client log-in failed", {{"client", 7}, {"user", "x\" \n\x1b"}, {"age", -1}});
  const auto object = last_object();
  BOOST_TEST(object["level"] == "warning");
  BOOST_TEST(object["event"] == "client log-in failed");
  BOOST_TEST(object["client"] == 7);
  BOOST_TEST(object["age"] == -1);
  BOOST_TEST(object["user"] == "x\" \n\x1b");
  BOOST_TEST(
      std::regex_match(object["time"].get<std::string>(), std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
}

BOOST_DATA_TEST_CASE_F(JsonLog, a_json_line_is_one_ascii_line, kWords, word) {
  log.info("event", {{"user", word.value}});
  BOOST_TEST(last_object().is_object());
  for (const char byte : all.back()) BOOST_TEST((byte >= ' ' && byte <= '~'), all.back());
}

BOOST_FIXTURE_TEST_CASE(json_replaces_what_is_no_utf8, JsonLog) {
  log.info("event", {{"user",
                      "a\xff"
                      "b"}});
  BOOST_TEST(last_object()["user"] ==
             "a\xef\xbf\xbd"
             "b");
}

BOOST_FIXTURE_TEST_CASE(threads_write_whole_lines_one_at_a_time, TextLog) {
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([this] {
        for (int line = 0; line < 250; ++line) log.info("event", {{"line", line}});
      });
    }
  }
  BOOST_TEST(all.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(the_format_changes_from_one_line_to_the_next) {
  Lines lines;
  Log log(LogLevel::Info, LogFormat::Text, lines.sink());
  log.info("ready", {{"workers", 2}});
  log.set_format(LogFormat::Json);
  log.info("ready", {{"workers", 2}});
  const auto object = nlohmann::json::parse(lines.all.back());
  BOOST_TEST(object["event"] == "ready");
  BOOST_TEST(object["workers"] == 2);
  log.set_format(LogFormat::Text);
  log.info("ready", {{"workers", 2}});
  BOOST_TEST(lines.last() == "info ready workers=2");
  BOOST_TEST(lines.all.size() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::os
