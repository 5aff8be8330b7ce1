#include "config/plain_text.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

BOOST_AUTO_TEST_SUITE(plain_text)

BOOST_AUTO_TEST_CASE(utf8_with_tabs_and_line_ends_is_good) {
  BOOST_TEST(!find_bad_byte("").has_value());
  BOOST_TEST(!find_bad_byte("a: b\r\n\tc\n").has_value());
  BOOST_TEST(
      !find_bad_byte("\xef\xbb\xbf gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\x98 \xf4\x8f\xbf\xbf").has_value());
}

BOOST_AUTO_TEST_CASE(what_is_not_utf8_is_bad) {
  for (const std::string_view bytes :
       {"\x80", "\xc3", "\xc3(", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xed\xa0\x80", "\xe2\x82", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"}) {
    const auto bad = find_bad_byte(bytes);
    BOOST_REQUIRE(bad.has_value());
    BOOST_TEST(bad->what == "bytes that are not UTF-8");
  }
}

BOOST_AUTO_TEST_CASE(control_characters_are_bad_and_their_line_is_told) {
  BOOST_TEST(find_bad_byte(std::string_view("a\nb\n\0", 5))->line == 3);
  BOOST_TEST(find_bad_byte(std::string_view("\0", 1))->what == "a zero byte");
  BOOST_TEST(find_bad_byte("\x04")->what == "a control character");
  BOOST_TEST(find_bad_byte("\x1b[31m").has_value());
  BOOST_TEST(find_bad_byte("\x7f").has_value());
}

BOOST_AUTO_TEST_CASE(a_message_stays_on_its_line) {
  BOOST_TEST(printable("a\nb\tc\x1b\x7f\xff") == R"(a\nb\tc\x1b\x7f\xff)");
  BOOST_TEST(in_quotes("gr\xc3\xbc\xc3\x9f") == "\"gr\xc3\xbc\xc3\x9f\"");
}

BOOST_AUTO_TEST_CASE(a_message_stays_short) {
  const auto shown = printable(std::string(10'000'000, 'x'));
  BOOST_TEST(shown.size() < 100U);
  BOOST_TEST(shown.ends_with("..."));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
