#include "config/roff.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

BOOST_AUTO_TEST_SUITE(roff)

BOOST_AUTO_TEST_CASE(text_is_printed_as_it_is) {
  BOOST_TEST(roff_text("plain") == "plain");
  BOOST_TEST(roff_text(".TH of a line") == "\\&.TH of a line");
  BOOST_TEST(roff_text("a.b\n.c\n'd") == "a.b\n\\&.c\n\\&\\(aqd");
  BOOST_TEST(roff_text("--option \\1 ^x$ ~/y") == "\\-\\-option \\e1 \\(hax$ \\(ti/y");
}

BOOST_AUTO_TEST_CASE(a_list_in_markdown_is_one_of_roff) {
  BOOST_TEST(roff_list("- one `code`\n  goes on\n- two\n") ==
             ".IP \\(bu 2\none \\fBcode\\fP\ngoes on\n.IP \\(bu 2\ntwo\n");
}

BOOST_AUTO_TEST_CASE(code_that_does_not_end_goes_to_the_end) {
  BOOST_TEST(roff_list("- a `b\n") == ".IP \\(bu 2\na \\fBb\\fP\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
