#include "protocol/sequence_values.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

BOOST_AUTO_TEST_SUITE(sequence_values)

BOOST_AUTO_TEST_CASE(they_are_one_session_s_as_long_as_no_other_has_used_them_and_it_was_nowhere_else) {
  SequenceValues values;
  BOOST_TEST(!values.may_mislead(1));
  values.note_user(1);
  values.note_user(1);
  BOOST_TEST(!values.may_mislead(1));
  BOOST_TEST(values.may_mislead(2));
  values.note_return(2);
  BOOST_TEST(!values.may_mislead(1));
  values.note_return(1);
  BOOST_TEST(values.may_mislead(1));
  values.clear();
  values.note_user(1);
  values.note_user(2);
  BOOST_TEST(values.may_mislead(1));
  BOOST_TEST(values.may_mislead(2));
  values.clear();
  BOOST_TEST(!values.may_mislead(2));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
