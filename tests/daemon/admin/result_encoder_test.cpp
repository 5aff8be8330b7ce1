#include "daemon/admin/result_encoder.h"

#include <array>
#include <boost/test/unit_test.hpp>

#include "protocol/bytes.h"
#include "tests/support/frame_text.h"

namespace howdah::admin {

namespace {

using namespace std::string_literals;

std::string value_bytes(ColumnType type, const std::string& text, Format format) {
  std::string out;
  const std::array columns{Column{"x", type}};
  const std::array formats{format};
  append_data_row(out, columns, Row{text}, formats);
  return out.substr(5 + 2 + 4);
}

std::string binary(ColumnType type, const std::string& text) {
  return value_bytes(type, text, Format::Binary);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(result_encoder)

BOOST_AUTO_TEST_CASE(values_in_text_go_out_as_they_are) {
  for (const auto type : {ColumnType::Text, ColumnType::Int4, ColumnType::Int8, ColumnType::Numeric}) {
    BOOST_TEST(value_bytes(type, "-12", Format::Text) == "-12");
  }
}

BOOST_AUTO_TEST_CASE(integers_in_binary_are_in_network_order_and_stay_within_their_type) {
  BOOST_TEST(binary(ColumnType::Text, "a\xc3") == "a\xc3");
  BOOST_TEST(binary(ColumnType::Int4, "258") == "\0\0\1\2"s);
  BOOST_TEST(binary(ColumnType::Int4, "-1") == "\xff\xff\xff\xff");
  BOOST_TEST(binary(ColumnType::Int4, "5000000000") == "\x7f\xff\xff\xff");
  BOOST_TEST(binary(ColumnType::Int8, "4294967298") == "\0\0\0\1\0\0\0\2"s);
  BOOST_TEST(binary(ColumnType::Int8, "-2") == "\xff\xff\xff\xff\xff\xff\xff\xfe");
  BOOST_TEST(binary(ColumnType::Int8, "99999999999999999999") == "\x7f\xff\xff\xff\xff\xff\xff\xff");
}

BOOST_AUTO_TEST_CASE(numerics_in_binary_are_digits_to_the_base_of_ten_thousand) {
  BOOST_TEST(binary(ColumnType::Numeric, "0") == "\0\0\0\0\0\0\0\0"s);
  BOOST_TEST(binary(ColumnType::Numeric, "7") == "\0\1\0\0\0\0\0\0\0\7"s);
  BOOST_TEST(binary(ColumnType::Numeric, "-10001") == "\0\2\0\1\x40\0\0\0\0\1\0\1"s);
  BOOST_TEST(binary(ColumnType::Numeric, "12345678") == "\0\2\0\1\0\0\0\0\x04\xd2\x16\x2e"s);
  BOOST_TEST(binary(ColumnType::Numeric, "20000") == "\0\2\0\1\0\0\0\0\0\2\0\0"s);
}

BOOST_AUTO_TEST_CASE(a_row_description_names_types_sizes_and_formats) {
  constexpr std::array columns{Column{"a"}, Column{"b", ColumnType::Int4}, Column{"c", ColumnType::Numeric}};
  constexpr std::array formats{Format::Text, Format::Binary, Format::Text};
  std::string out;
  append_row_description(out, columns, formats);
  protocol::ByteReader reader(protocol::Bytes(out).substr(5));
  BOOST_TEST(reader.int16().value() == 3);
  constexpr std::array<std::array<int, 3>, 3> expected{{{25, -1, 0}, {23, 4, 1}, {1700, -1, 0}}};
  for (const auto& [type, size, format] : expected) {
    (void)reader.c_string();
    BOOST_TEST(reader.int32().value() == 0);
    BOOST_TEST(reader.int16().value() == 0);
    BOOST_TEST(reader.int32().value() == type);
    BOOST_TEST(reader.int16().value() == size);
    BOOST_TEST(reader.int32().value() == -1);
    BOOST_TEST(reader.int16().value() == format);
  }
  BOOST_TEST(reader.is_empty());
}

BOOST_AUTO_TEST_CASE(nulls_have_no_bytes) {
  constexpr std::array columns{Column{"a"}, Column{"b"}};
  std::string out;
  append_data_row(out, columns, Row{std::nullopt, ""});
  BOOST_TEST(out.substr(7) == "\xff\xff\xff\xff\0\0\0\0"s);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::admin
