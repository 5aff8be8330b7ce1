#include "protocol/crypto.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

std::string hex(Bytes bytes) {
  std::string text;
  for (const char byte : bytes) {
    text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) >> 4]);
    text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) & 0xf]);
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(crypto)

BOOST_AUTO_TEST_CASE(hashes_are_those_of_the_standards) {
  BOOST_TEST(hex(bytes_of(sha256(""))) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hex(bytes_of(sha256("abc"))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231, test case 2
  BOOST_TEST(hex(bytes_of(hmac_sha256("Jefe", "what do ya want for nothing?"))) ==
             "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  BOOST_TEST(hex(bytes_of(hmac_sha256("", ""))) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  // RFC 7914, section 11
  BOOST_TEST(hex(bytes_of(pbkdf2_sha256("passwd", "salt", 1))) ==
             "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  BOOST_TEST(hex(bytes_of(pbkdf2_sha256("Password", "NaCl", 80000))) ==
             "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
  BOOST_TEST((md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72"));
}

BOOST_AUTO_TEST_CASE(comparison_needs_equal_lengths_and_bytes) {
  using namespace std::string_view_literals;
  BOOST_TEST(is_equal_in_constant_time("", ""));
  BOOST_TEST(is_equal_in_constant_time("a\0b"sv, "a\0b"sv));
  BOOST_TEST(!is_equal_in_constant_time("a\0b"sv, "a\0c"sv));
  BOOST_TEST(!is_equal_in_constant_time("a", "ab"));
  BOOST_TEST(!is_equal_in_constant_time("", "a"));
}

BOOST_AUTO_TEST_CASE(cleansing_overwrites_what_a_text_held) {
  for (const std::size_t size : {5u, 500u}) {
    std::string text(size, 's');
    cleanse(text);
    BOOST_TEST(text.empty());
    const std::string_view held(text.data(), size);
    BOOST_TEST(held.find('s') == std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(a_secret_text_leaves_nothing_behind_when_it_moves) {
  for (const std::size_t size : {5u, 500u}) {
    const std::string text(size, 's');
    SecretText first(text);
    SecretText second(std::move(first));
    BOOST_TEST(first.view().empty());
    BOOST_TEST(std::string(first.view().data(), std::min<std::size_t>(size, 15)).find('s') == std::string::npos);
    SecretText third("older");
    third = std::move(second);
    BOOST_TEST(second.view().empty());
    BOOST_TEST(third.view() == text);
  }
}

BOOST_AUTO_TEST_CASE(copies_of_a_secret_text_are_their_own) {
  SecretText first("secret");
  SecretText second(first);
  SecretText third;
  third = first;
  first = SecretText("other");
  auto& same = third;
  third = same;
  BOOST_TEST(first.view() == "other");
  BOOST_TEST(second.view() == "secret");
  BOOST_TEST(third.view() == "secret");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
