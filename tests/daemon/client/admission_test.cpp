#include "daemon/client/admission.h"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace howdah::client {

BOOST_AUTO_TEST_SUITE(admission)

BOOST_AUTO_TEST_CASE(no_more_enter_than_the_limit_and_a_seat_given_back_is_free_again) {
  Admission admission;
  auto first = admission.enter(2);
  auto second = admission.enter(2);
  BOOST_TEST(first.is_taken());
  BOOST_TEST(second.is_taken());
  BOOST_TEST(!admission.enter(2).is_taken());
  BOOST_TEST(admission.count() == 2);
  first.give_back();
  BOOST_TEST(admission.count() == 1);
  BOOST_TEST(admission.enter(2).is_taken());
}

BOOST_AUTO_TEST_CASE(a_limit_of_zero_is_none) {
  Admission admission;
  std::vector<Seat> seats;
  for (int i = 0; i < 1000; ++i) seats.push_back(admission.enter(0));
  BOOST_TEST(admission.count() == 1000);
  seats.clear();
  BOOST_TEST(admission.count() == 0);
}

BOOST_AUTO_TEST_CASE(databases_and_users_are_counted_by_name_and_apart) {
  Admission admission;
  const auto shop = admission.enter_database("shop", 1);
  BOOST_TEST(shop.is_taken());
  BOOST_TEST(shop.name() == "shop");
  BOOST_TEST(!admission.enter_database("shop", 1).is_taken());
  BOOST_TEST(admission.enter_database("other", 1).is_taken());
  BOOST_TEST(admission.enter_user("shop", 1).is_taken());
  BOOST_TEST(admission.count() == 0);
}

BOOST_AUTO_TEST_CASE(a_lower_limit_counts_those_who_came_under_a_higher_one) {
  Admission admission;
  const auto first = admission.enter_user("ann", 0);
  const auto second = admission.enter_user("ann", 0);
  BOOST_TEST(!admission.enter_user("ann", 2).is_taken());
  BOOST_TEST(admission.enter_user("ann", 3).is_taken());
}

BOOST_AUTO_TEST_CASE(a_moved_seat_is_given_back_once) {
  Admission admission;
  {
    auto seat = admission.enter(1);
    Seat moved = std::move(seat);
    Seat again;
    again = std::move(moved);
    seat.give_back();
    BOOST_TEST(admission.count() == 1);
  }
  BOOST_TEST(admission.count() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::client
