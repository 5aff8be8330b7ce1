#include "daemon/io/output_batch.h"

#include <boost/test/unit_test.hpp>

namespace howdah::io {

namespace {

std::string sent(OutputBatch& batch) {
  std::string bytes;
  for (const auto& range : batch.ranges()) bytes.append(static_cast<const char*>(range.iov_base), range.iov_len);
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(output_batch)

BOOST_AUTO_TEST_CASE(bytes_go_out_in_the_order_in_which_they_came) {
  OutputBatch batch;
  const std::string outside = "outside";
  batch.own("one ");
  batch.pass(outside);
  batch.own_written([](std::string& out) { out += " two"; });
  batch.pass(outside);
  BOOST_TEST(sent(batch) == "one outside twooutside");
  BOOST_TEST(batch.size_bytes() == 22U);
}

BOOST_AUTO_TEST_CASE(neighbours_are_one_range) {
  OutputBatch batch;
  const std::string outside = "0123456789";
  batch.pass(protocol::Bytes(outside).substr(0, 4));
  batch.pass(protocol::Bytes(outside).substr(4));
  BOOST_TEST(batch.ranges().size() == 1U);
  batch.own("a");
  batch.own("b");
  BOOST_TEST(batch.ranges().size() == 2U);
  batch.pass(protocol::Bytes(outside).substr(0, 2));
  batch.pass(protocol::Bytes(outside).substr(3, 2));  // a gap
  BOOST_TEST(batch.ranges().size() == 4U);
  BOOST_TEST(sent(batch) == "0123456789ab0134");
}

BOOST_AUTO_TEST_CASE(short_ranges_between_bytes_of_our_own_join_them) {
  OutputBatch batch;
  const std::string is_short = "short";
  const std::string is_long(1000, 'l');
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    batch.own("own ");
    batch.pass(is_short);
    expected += "own " + is_short;
  }
  BOOST_TEST(batch.ranges().size() == 1U);
  batch.own(".");
  batch.pass(is_long);
  batch.own(".");
  BOOST_TEST(batch.ranges().size() == 3U);
  BOOST_TEST(sent(batch) == expected + "." + is_long + ".");
  BOOST_TEST(batch.size_bytes() == expected.size() + is_long.size() + 2);
}

BOOST_AUTO_TEST_CASE(owned_bytes_stay_right_when_more_of_them_move_the_memory) {
  OutputBatch batch;
  const std::string outside = "|";
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const auto text = std::to_string(i);
    batch.own(text);
    batch.pass(outside);
    expected += text + '|';
  }
  BOOST_TEST(sent(batch) == expected);
}

BOOST_AUTO_TEST_CASE(nothing_is_no_range) {
  OutputBatch batch;
  batch.pass("");
  batch.own("");
  batch.own_written([](std::string&) {});
  BOOST_TEST(batch.is_empty());
  BOOST_TEST(batch.ranges().empty());
}

BOOST_AUTO_TEST_CASE(a_cleared_batch_is_as_new) {
  OutputBatch batch;
  const std::string outside = "0123";
  batch.own("abc");
  batch.pass(protocol::Bytes(outside).substr(0, 2));
  batch.clear();
  BOOST_TEST(batch.is_empty());
  batch.pass(protocol::Bytes(outside).substr(2));
  batch.own("d");
  BOOST_TEST(sent(batch) == "23d");
  BOOST_TEST(batch.size_bytes() == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::io
