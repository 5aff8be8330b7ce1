#include "protocol/bytes.h"

#include <boost/test/unit_test.hpp>
#include <limits>

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

}  // namespace

BOOST_AUTO_TEST_SUITE(bytes)

BOOST_AUTO_TEST_CASE(integers_are_read_as_they_were_written) {
  for (const std::int32_t value : {0, 1, -1, 255, 256, 0x12345678, std::numeric_limits<std::int32_t>::max(),
                                   std::numeric_limits<std::int32_t>::min()}) {
    std::string out;
    append_int32(out, value);
    append_int16(out, static_cast<std::int16_t>(value));
    BOOST_TEST(read_int32(out) == value);
    ByteReader reader(out);
    BOOST_TEST((reader.int32() == value));
    BOOST_TEST((reader.int16() == static_cast<std::int16_t>(value)));
    BOOST_TEST(reader.is_empty());
  }
}

BOOST_AUTO_TEST_CASE(integers_are_in_network_order) {
  std::string out;
  append_int32(out, 0x01020304);
  append_int16(out, -2);
  BOOST_TEST(out == "\1\2\3\4\xff\xfe"s);
}

BOOST_AUTO_TEST_CASE(a_read_that_does_not_fit_takes_nothing) {
  for (std::size_t size = 0; size < 4; ++size) {
    const std::string three(size, 'x');
    ByteReader reader(three);
    BOOST_TEST(!reader.int32().has_value());
    BOOST_TEST(!reader.take(size + 1).has_value());
    BOOST_TEST(!reader.take(std::string::npos).has_value());
    BOOST_TEST(!reader.c_string().has_value());
    BOOST_TEST(reader.int16().has_value() == (size >= 2));
    BOOST_TEST(reader.byte().has_value() == (size == 1 || size == 3));
    BOOST_TEST(reader.rest().size() == 0u);
    BOOST_TEST(!reader.byte().has_value());
    BOOST_TEST(!reader.int16().has_value());
  }
}

BOOST_AUTO_TEST_CASE(texts_end_at_their_zero_byte) {
  const auto content = "one\0\0three\0four"s;
  ByteReader reader(content);
  BOOST_TEST((reader.c_string() == "one"));
  BOOST_TEST((reader.c_string() == ""));
  BOOST_TEST((reader.c_string() == "three"));
  BOOST_TEST(!reader.c_string().has_value());
  BOOST_TEST(reader.rest() == "four");
}

BOOST_AUTO_TEST_CASE(bytes_are_taken_from_the_front) {
  const auto content = "\xff\0bcd"s;
  ByteReader reader(content);
  BOOST_TEST((reader.byte() == 0xff));
  BOOST_TEST((reader.take(2) == "\0b"s));
  BOOST_TEST((reader.take(0) == ""));
  BOOST_TEST((reader.take(2) == "cd"));
  BOOST_TEST(reader.is_empty());
}

BOOST_AUTO_TEST_CASE(a_message_counts_its_length_and_not_its_type) {
  std::string out = "before";
  MessageWriter(out, 'D').int16(1).int32(3).bytes("a\0b"s).byte('!').c_string("end");
  BOOST_TEST(out == "beforeD\0\0\0\x12\0\1\0\0\0\3a\0b!end\0"s);
  MessageWriter(out, 'S');
  BOOST_TEST(out.ends_with("S\0\0\0\4"s));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
