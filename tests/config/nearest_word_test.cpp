#include "config/nearest_word.h"

#include <array>
#include <boost/test/unit_test.hpp>

namespace howdah::config {

namespace {

constexpr std::array<std::string_view, 6> kWords{"min_size", "max_size", "mode", "idle_timeout", "listen", "log"};

std::string nearest(std::string_view word) {
  return std::string(nearest_word(word, kWords).value_or("nothing"));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(nearest_words)

BOOST_AUTO_TEST_CASE(each_change_of_a_letter_counts_one) {
  BOOST_TEST(edit_distance("", "") == 0U);
  BOOST_TEST(edit_distance("same", "same") == 0U);
  BOOST_TEST(edit_distance("", "abc") == 3U);
  BOOST_TEST(edit_distance("abc", "") == 3U);
  BOOST_TEST(edit_distance("abc", "abd") == 1U);
  BOOST_TEST(edit_distance("abc", "abcd") == 1U);
  BOOST_TEST(edit_distance("kitten", "sitting") == 3U);
}

BOOST_AUTO_TEST_CASE(two_neighbours_that_are_swapped_count_one) {
  BOOST_TEST(edit_distance("ab", "ba") == 1U);
  BOOST_TEST(edit_distance("max_sizes", "max_siezs") == 1U);
  BOOST_TEST(edit_distance("ca", "abc") == 3U);
}

BOOST_AUTO_TEST_CASE(a_misspelt_word_is_met_with_the_nearest) {
  BOOST_TEST(nearest("max_sice") == "max_size");
  BOOST_TEST(nearest("maxsize") == "max_size");
  BOOST_TEST(nearest("mni_size") == "min_size");
  BOOST_TEST(nearest("idel_timeout") == "idle_timeout");
  BOOST_TEST(nearest("lsiten") == "listen");
  BOOST_TEST(nearest("lgo") == "log");
}

BOOST_AUTO_TEST_CASE(case_and_the_kind_of_dash_do_not_count) {
  BOOST_TEST(nearest("MAX-SIZE") == "max_size");
  BOOST_TEST(nearest("Mode") == "mode");
}

BOOST_AUTO_TEST_CASE(what_is_near_to_nothing_has_no_nearest) {
  BOOST_TEST(nearest("certificate") == "nothing");
  BOOST_TEST(nearest("") == "nothing");
  BOOST_TEST(nearest("x") == "nothing");
  BOOST_TEST(nearest(std::string(100'000, 'm')) == "nothing");
  BOOST_TEST(!nearest_word("mode", {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
