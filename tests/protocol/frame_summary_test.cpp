#include "protocol/frame_summary.h"

#include <boost/test/unit_test.hpp>

#include "protocol/error_fields.h"
#include "protocol/frame_walker.h"
#include "protocol/messages.h"

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

constexpr SummaryOptions kPlain{};
constexpr SummaryOptions kValues{.with_values = true};

std::string told(Speaker speaker, char type, Bytes body, SummaryOptions options = kPlain) {
  std::string text;
  summarize_frame(speaker, type, body, options, text);
  return text;
}
std::string asked(char type, Bytes body, SummaryOptions options = kPlain) {
  return told(Speaker::Client, type, body, options);
}
std::string answered(char type, Bytes body, SummaryOptions options = kPlain) {
  return told(Speaker::Server, type, body, options);
}

struct Case {
  Speaker speaker;
  char type;
  std::string body;
  std::string plain;
  std::string with_values;
};

std::string error_body() {
  std::string frame;
  append_error(frame, make_error(Severity::Error, "23505", "key (a)=(secret) exists"));
  return frame.substr(kFrameHeaderBytes);
}

const auto kClient = Speaker::Client;
const auto kServer = Speaker::Server;

const std::vector<Case> kCases = {
    {kClient, 'Q', "SELECT 'secret'\0"s, "'select $1'", "'SELECT 'secret''"},
    {kClient, 'P', "s1\0select $1, 'secret'\0\0\1\0\0\0\x17"s, "statement=s1 'select $1, $2' types=1",
     "statement=s1 'select $1, 'secret'' types=1"},
    {kClient, 'B', "\0s1\0\0\1\0\1\0\2\0\0\0\6secret\xff\xff\xff\xff\0\0"s,
     "portal=(unnamed) statement=s1 binary_parameters parameters=2 (6B, null)",
     "portal=(unnamed) statement=s1 binary_parameters parameters=2 ('secret', null)"},
    {kClient, 'D', "Ss1\0"s, "statement=s1", "statement=s1"},
    {kClient, 'C', "P\0"s, "portal=(unnamed)", "portal=(unnamed)"},
    {kClient, 'E', "p\0\0\0\0\5"s, "portal=p limit=5", "portal=p limit=5"},
    {kClient, 'F', "\0\0\0\7\0\0\0\1\0\0\0\6secret\0\0"s, "function=7 parameters=1 (6B)",
     "function=7 parameters=1 ('secret')"},
    {kClient, 'd', "secret\n"s, "", "'secret\\x0a'"},
    {kClient, 'S', "", "", ""},
    {kClient, 'p', "secret\0"s, "", ""},
    {kServer, 'D', "\0\2\0\0\0\6secret\xff\xff\xff\xff"s, "columns=2 (6B, null)", "columns=2 ('secret', null)"},
    {kServer, 'T', "\0\1secret\0"s + std::string(18, '\0'), "columns=1", "columns=1 secret"},
    {kServer, 'C', "INSERT 0 1\0"s, "INSERT 0 1", "INSERT 0 1"},
    {kServer, 'Z', "T"s, "T", "T"},
    {kServer, 'E', error_body(), "ERROR 23505", "ERROR 23505 'key (a)=(secret) exists'"},
    {kServer, 'A', "\0\0\0\7news\0secret\0"s, "process_id=7 channel=news payload=6B",
     "process_id=7 channel=news payload='secret'"},
    {kServer, 'S', "TimeZone\0secret\0"s, "name=TimeZone value=6B", "name=TimeZone value='secret'"},
    {kServer, 'K', "\0\0\0\7secret"s, "process_id=7", "process_id=7"},
    {kServer, 'R', "\0\0\0\5secret"s, "kind=5", "kind=5"},
    {kServer, 'G', "\0\0\2\0\0\0\0"s, "text columns=2", "text columns=2"},
    {kServer, 't', "\0\2"s + std::string(8, '\0'), "parameters=2", "parameters=2"},
    {kServer, '1', "", "", ""},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(frame_summary)

BOOST_AUTO_TEST_CASE(values_are_told_only_where_they_are_asked_for) {
  for (const auto& one : kCases) {
    BOOST_TEST_CONTEXT(frame_name(one.speaker, one.type)) {
      BOOST_TEST(told(one.speaker, one.type, one.body) == one.plain);
      BOOST_TEST(told(one.speaker, one.type, one.body, kValues) == one.with_values);
      BOOST_TEST(!one.plain.contains("secret"));
    }
  }
}

BOOST_AUTO_TEST_CASE(a_frame_that_is_cut_off_tells_no_more_than_the_whole_one) {
  for (const auto& one : kCases) {
    for (std::size_t size = 0; size < one.body.size(); ++size) {
      const auto body = Bytes(one.body).substr(0, size);
      BOOST_TEST_CONTEXT(frame_name(one.speaker, one.type) << " cut at " << size) {
        BOOST_TEST(!told(one.speaker, one.type, body).contains("secret"));
        (void)told(one.speaker, one.type, body, kValues);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_text_that_may_set_a_password_stays_folded) {
  for (const auto text : {"alter role a password 'secret'", "CREATE USER a Encrypted PASSWORD 'secret'",
                          "create user mapping for a server s options (user 'x', password 'secret')",
                          "create subscription s connection 'host=h password=secret' publication p"}) {
    BOOST_TEST(!asked('Q', text + "\0"s, kValues).contains("secret"));
    BOOST_TEST(!asked('P', "\0"s + text + "\0\0\0"s, kValues).contains("secret"));
    BOOST_TEST(may_hold_password('Q', text));
  }
  BOOST_TEST(!may_hold_password('B', "password"));
  BOOST_TEST(!answered('E', error_body(), {.with_values = true, .without_messages = true}).contains("secret"));
}

// With standard_conforming_strings off a constant may go on behind \'.
BOOST_AUTO_TEST_CASE(a_text_whose_constants_may_end_elsewhere_is_not_told) {
  BOOST_TEST(asked('Q', "select 'it\\'s secret'\0"s) == "(not shown)");
}

BOOST_AUTO_TEST_CASE(what_is_long_is_cut) {
  const std::string secret(100'000, 'x');
  BOOST_TEST(asked('Q', "select '" + secret + "'\0"s, kValues).size() < 2 * kMostShownBytes);
  BOOST_TEST(asked('Q', "select a" + secret + "\0"s).size() < 2 * kMostShownBytes);
  std::string many("\x7f\xff", 2);
  for (auto count = 0; count < 32'767; ++count) many.append("\0\0\0\1x", 5);
  BOOST_TEST(answered('D', many, kValues).ends_with(", ...)"));
  BOOST_TEST(answered('D', many, kValues).size() < 200);
  BOOST_TEST(answered('D', "\0\1\0\1\0\0"s + std::string(300, 'y'), kValues).ends_with("yyy'...)"));
}

BOOST_AUTO_TEST_CASE(what_does_not_show_is_told_in_digits) {
  BOOST_TEST(asked('Q', "select \x1b[2J \xc3\xa4 \xff\0"s, kValues) == "'select \\x1b[2J \xc3\xa4 \\xff'");
  BOOST_TEST(answered('C', "A\nB\0"s) == "A\\x0aB");
}

BOOST_AUTO_TEST_CASE(a_type_means_something_else_from_the_other_side) {
  BOOST_TEST(frame_name(kClient, 'D') == "Describe");
  BOOST_TEST(frame_name(kServer, 'D') == "DataRow");
  BOOST_TEST(frame_name(kServer, 'Q') == "unknown message");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
