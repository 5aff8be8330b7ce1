#include "protocol/password_message.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

std::string message_of_length(std::int32_t length, std::string_view body = {}) {
  std::string message = "p";
  append_int32(message, length);
  return message.append(body);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(password_message)

BOOST_AUTO_TEST_CASE(a_whole_message_is_split_off_and_what_follows_is_left) {
  const auto bytes = message_of_length(8, "abc\0Q\0"s);
  const auto message = split_password_message(bytes, kMaxPasswordLength);
  BOOST_REQUIRE((message && *message));
  BOOST_TEST((*message)->type == 'p');
  BOOST_TEST((*message)->body == "abc\0"s);
  BOOST_TEST((*message)->size_bytes == 9u);
}

BOOST_AUTO_TEST_CASE(a_message_that_comes_byte_by_byte_is_waited_for) {
  const auto bytes = message_of_length(8, "abc\0"s);
  for (std::size_t count = 0; count < bytes.size(); ++count) {
    const auto message = split_password_message(Bytes(bytes).substr(0, count), kMaxPasswordLength);
    BOOST_REQUIRE(message.has_value());
    BOOST_TEST(!message->has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_message_without_a_body_is_whole) {
  const auto message = split_password_message(message_of_length(4), kMaxSaslLength);
  BOOST_REQUIRE((message && *message));
  BOOST_TEST((*message)->body.empty());
}

BOOST_AUTO_TEST_CASE(a_wrong_type_is_told_by_its_first_byte) {
  for (const auto& bytes : {"Q"s, "X"s, "\0"s, "\xff"s, "P\0\0\0\x04"s}) {
    const auto message = split_password_message(bytes, kMaxPasswordLength);
    BOOST_REQUIRE(!message.has_value());
    BOOST_TEST((message.error() == PasswordMessageFault::WrongType));
  }
}

BOOST_AUTO_TEST_CASE(lengths_are_judged_before_the_body_comes) {
  for (const std::int32_t length : {0, 3, -1, std::numeric_limits<std::int32_t>::min(), 2147483647, 65536, 65540}) {
    const auto message = split_password_message(message_of_length(length), kMaxPasswordLength);
    BOOST_REQUIRE(!message.has_value());
    BOOST_TEST((message.error() == PasswordMessageFault::WrongLength));
  }
  BOOST_TEST(!split_password_message(message_of_length(1025), kMaxSaslLength).has_value());
}

BOOST_AUTO_TEST_CASE(the_longest_message_is_accepted) {
  for (const std::size_t length : {kMaxPasswordLength, kMaxSaslLength}) {
    const auto bytes = message_of_length(static_cast<std::int32_t>(length), std::string(length - 4, 'x'));
    const auto message = split_password_message(bytes, length);
    BOOST_REQUIRE((message && *message));
    BOOST_TEST((*message)->size_bytes == length + 1);
  }
}

BOOST_AUTO_TEST_CASE(a_password_is_one_text_with_its_zero_byte) {
  BOOST_TEST((parse_password("secret\0"s) == "secret"));
  for (const auto& body : {""s, "pw"s, "pw\0x\0"s, "pw\0\0"s, "\0\0"s}) {
    const auto password = parse_password(body);
    BOOST_REQUIRE(!password.has_value());
    BOOST_TEST((password.error() == make_error(Severity::Fatal, "08P01", "invalid password packet size")));
  }
}

BOOST_AUTO_TEST_CASE(an_empty_password_is_28P01) {
  const auto password = parse_password("\0"s);
  BOOST_REQUIRE(!password.has_value());
  BOOST_TEST((password.error() == make_error(Severity::Fatal, "28P01", "empty password returned by client")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
