#include "protocol/error_fields.h"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

std::string appended(const ErrorFields& fields) {
  std::string out;
  append_error(out, fields);
  return out;
}

// The body of one message, whose length must be right.
std::string body_of(const std::string& message) {
  BOOST_TEST(read_int32(message.substr(1)) == static_cast<std::int32_t>(message.size()) - 1);
  return message.substr(5);
}

const std::string kFromServer =
    "SFEHLER\0VERROR\0C42P01\0Mno table\0Ddetail\0Hhint\0P15\0Fparse_relation.c\0L1392\0Rwhere\0\0"s;
const ErrorFields kRead{.severity = Severity::Error,
                        .sqlstate = "42P01",
                        .message = "no table",
                        .detail = "detail",
                        .hint = "hint",
                        .routine = "where"};

}  // namespace

BOOST_AUTO_TEST_SUITE(error_fields)

BOOST_AUTO_TEST_CASE(an_error_is_written_as_postgresql_writes_it) {
  BOOST_TEST(appended(make_error(Severity::Fatal, "57P01", "going down")) ==
             "E\0\0\0\x26SFATAL\0VFATAL\0C57P01\0Mgoing down\0\0"s);
}

BOOST_AUTO_TEST_CASE(detail_and_hint_are_written_where_there_are_any) {
  auto fields = make_error(Severity::Error, "53300", "m");
  BOOST_TEST(body_of(appended(fields)) == "SERROR\0VERROR\0C53300\0Mm\0\0"s);
  fields.hint = "h";
  BOOST_TEST(body_of(appended(fields)) == "SERROR\0VERROR\0C53300\0Mm\0Hh\0\0"s);
  fields.detail = "d";
  BOOST_TEST(body_of(appended(fields)) == "SERROR\0VERROR\0C53300\0Mm\0Dd\0Hh\0\0"s);
}

BOOST_AUTO_TEST_CASE(a_notice_or_warning_is_a_notice_response) {
  for (const auto& [severity, type] : {std::pair{Severity::Notice, 'N'}, std::pair{Severity::Warning, 'N'},
                                       std::pair{Severity::Error, 'E'}, std::pair{Severity::Fatal, 'E'}})
    BOOST_TEST(appended(make_error(severity, "00000", "m")).front() == type);
}

BOOST_AUTO_TEST_CASE(what_is_written_is_read_again) {
  for (const auto severity : {Severity::Error, Severity::Fatal, Severity::Notice, Severity::Warning}) {
    const ErrorFields fields{
        .severity = severity, .sqlstate = "01000", .message = "m\xc3\xa4", .detail = "d", .hint = "h"};
    BOOST_TEST((read_error(body_of(appended(fields))) == fields));
    BOOST_TEST(!severity_name(severity).empty());
  }
}

BOOST_AUTO_TEST_CASE(an_error_of_a_server_is_read) {
  BOOST_TEST((read_error(kFromServer) == kRead));
}

BOOST_AUTO_TEST_CASE(the_severity_is_told_by_v_which_is_not_translated_and_by_s_where_v_is_missing) {
  const std::vector<std::pair<std::string, Severity>> cases{
      {"SFATAL\0VERROR\0\0"s, Severity::Error},
      {"VERROR\0SFATAL\0\0"s, Severity::Error},
      {"SFATAL\0\0"s, Severity::Fatal},
      {"SPANIC\0VPANIC\0\0"s, Severity::Fatal},
      {"VWARNING\0\0"s, Severity::Warning},
      {"VLOG\0\0"s, Severity::Notice},
      {"VINFO\0\0"s, Severity::Notice},
      {"VDEBUG\0\0"s, Severity::Notice},
      {"V\0\0"s, Severity::Notice},
      {"M\0\0"s, Severity::Error},
  };
  for (const auto& [body, severity] : cases)
    BOOST_TEST(severity_name(read_error(body).severity) == severity_name(severity));
}

// What is cut off inside a field loses that field and nothing before it; of the message what came is kept.
BOOST_AUTO_TEST_CASE(an_error_that_is_cut_off_is_read_as_far_as_it_goes) {
  for (std::size_t size = 0; size <= kFromServer.size(); ++size) {
    const auto read = read_error(std::string_view(kFromServer).substr(0, size));
    const auto has = [size](std::string_view field) { return size >= kFromServer.find(field) + field.size(); };
    BOOST_TEST(read.sqlstate == (has("C42P01\0"s) ? kRead.sqlstate : "XX000"));
    const auto message_at = kFromServer.find("Mno table") + 1;
    BOOST_TEST(read.message == kRead.message.substr(0, size > message_at ? size - message_at : 0));
    BOOST_TEST(read.detail == (has("Ddetail\0"s) ? kRead.detail : ""));
    BOOST_TEST(read.hint == (has("Hhint\0"s) ? kRead.hint : ""));
  }
}

BOOST_AUTO_TEST_CASE(an_error_may_lack_anything_and_hold_anything) {
  const ErrorFields nothing{.severity = Severity::Error, .sqlstate = "XX000", .message = ""};
  for (const auto& body : {""s, "\0"s, "\0Mafter the end\0"s, "X"s, "Xunknown\0\xffunknown\0\0"s, "\0\0\0"s})
    BOOST_TEST((read_error(body) == nothing));
  BOOST_TEST(read_error("Mone\0Mtwo\0\0"s).message == "two");
  BOOST_TEST(read_error("C\0\0"s).sqlstate == "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
