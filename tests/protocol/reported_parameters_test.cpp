#include "protocol/reported_parameters.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

BOOST_AUTO_TEST_SUITE(reported_parameters)

BOOST_AUTO_TEST_CASE(names_are_found_in_lower_case) {
  const ReportedParameters reported(ReportedParameters::Values{{"TimeZone", "UTC"}});
  BOOST_TEST(reported.value_of("timezone") == "UTC");
  BOOST_TEST(reported.value_of("work_mem") == "");
}

BOOST_AUTO_TEST_CASE(what_came_with_another_value_has_changed_until_that_is_forgotten) {
  ReportedParameters reported({{"TimeZone", "UTC"}, {"DateStyle", "ISO, MDY"}});
  reported.note("TimeZone", "UTC");
  BOOST_TEST(reported.has_kept("timezone"));
  reported.note("TimeZone", "Europe/Berlin");
  BOOST_TEST(!reported.has_kept("timezone"));
  BOOST_TEST(reported.has_kept("datestyle"));
  BOOST_TEST(reported.value_of("timezone") == "Europe/Berlin");
  reported.forget_changes();
  BOOST_TEST(reported.has_kept("timezone"));
}

BOOST_AUTO_TEST_CASE(one_that_was_not_reported_before_has_changed) {
  ReportedParameters reported;
  reported.note("search_path", "public");
  BOOST_TEST(!reported.has_kept("search_path"));
  BOOST_TEST(!reported.has_kept("work_mem"));
}

BOOST_AUTO_TEST_CASE(what_is_held_back_is_told_where_it_has_another_value_in_the_end) {
  using Changes = std::vector<std::pair<std::string, std::string>>;
  ReportedParameters reported({{"TimeZone", "UTC"}, {"DateStyle", "ISO, MDY"}});
  BOOST_TEST(reported.let_go().empty());
  reported.hold_back();
  reported.note("TimeZone", "GMT");
  reported.hold_back();
  reported.note("DateStyle", "German");
  reported.note("search_path", "a");
  reported.note("DateStyle", "ISO, MDY");
  BOOST_TEST(reported.is_holding_back());
  BOOST_TEST((reported.let_go() == Changes{{"TimeZone", "GMT"}, {"search_path", "a"}}));
  BOOST_TEST(!reported.is_holding_back());
  BOOST_TEST(reported.let_go().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
