#include "protocol/base64.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_4648_go_both_ways) {
  struct Vector {
    std::string plain;
    std::string encoded;
  };
  for (const auto& [plain, encoded] :
       {Vector{"", ""}, Vector{"f", "Zg=="}, Vector{"fo", "Zm8="}, Vector{"foo", "Zm9v"}, Vector{"foob", "Zm9vYg=="},
        Vector{"fooba", "Zm9vYmE="}, Vector{"foobar", "Zm9vYmFy"}, Vector{"\xfb\xff\xbf", "+/+/"}}) {
    BOOST_TEST(base64_encode(plain) == encoded);
    BOOST_TEST(base64_decode(encoded).value_or("nothing") == plain);
  }
}

BOOST_AUTO_TEST_CASE(every_byte_survives_at_every_place) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t size = 1; size <= 4; ++size) {
      const std::string bytes(size, static_cast<char>(byte));
      BOOST_TEST((base64_decode(base64_encode(bytes)) == bytes));
    }
  }
}

BOOST_AUTO_TEST_CASE(whatever_is_not_whole_groups_of_the_alphabet_is_refused) {
  for (const auto* text : {"Z", "Zg", "Zm8", "Zg=", "=", "==", "====", "Z===", "Zm9v=", "Zm9v====", "Zg==Zg==", "Zm=v",
                           " Zg=", "Zm9v\n", "Zm 9", "Zm9-", "Zm9_", "Zm9\x80", "Zm8=Zm8="})
    BOOST_TEST(!base64_decode(text).has_value(), text);
  BOOST_TEST(!base64_decode(std::string_view("Zm9\0", 4)).has_value());
}

BOOST_AUTO_TEST_CASE(unused_bits_do_not_count) {
  BOOST_TEST((base64_decode("Zh==") == "f"));
  BOOST_TEST((base64_decode("Zm9=") == "fo"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
