// (haproxy: "The PROXY protocol", versions 1 and 2)
#include "daemon/io/proxy_header.h"

#include <boost/test/unit_test.hpp>
#include <vector>

namespace howdah::io {

namespace {

using namespace std::string_literals;

const std::string kStart = "\r\n\r\n\0\r\nQUIT\n"s;

std::string binary(char command, char family, const std::string& content) {
  return kStart + command + family + static_cast<char>(content.size() / 256) + static_cast<char>(content.size() % 256) +
         content;
}

const std::string kV4 = "\x0a\x01\x02\x03\x7f\0\0\1\x9c\x40\x15\x38"s;  // 10.1.2.3:40000 to 127.0.0.1:5432
const std::string kV6Address = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\7";

// "size address-bytes port", "more", or why it is none; the same for every cut.
std::string read(const std::string& bytes) {
  const auto whole = read_proxy_header(bytes);
  if (!whole) return std::string(whole.error());
  if (!*whole) return "more";
  const auto& header = **whole;
  for (std::size_t size = 0; size < header.size_bytes; ++size) {
    const auto part = read_proxy_header(bytes.substr(0, size));
    BOOST_TEST((part.has_value() && !part->has_value()), "cut at " << size);
  }
  BOOST_TEST(read_proxy_header(bytes + "more")->value().size_bytes == header.size_bytes);
  return std::to_string(header.size_bytes) + " " + std::to_string(header.address.size()) + " " +
         std::to_string(header.port);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(proxy_header)

BOOST_AUTO_TEST_CASE(both_versions_tell_where_a_connection_comes_from) {
  struct Case {
    std::string bytes;
    std::string read;
  };
  const std::vector<Case> cases{
      {"PROXY TCP4 10.1.2.3 127.0.0.1 40000 5432\r\n", "42 4 40000"},
      {"PROXY TCP6 2001:db8::7 ::1 40000 5432\r\n", "39 16 40000"},
      {"PROXY TCP4 0.0.0.0 255.255.255.255 0 65535\r\n", "44 4 0"},
      {"PROXY UNKNOWN\r\n", "15 0 0"},
      {"PROXY UNKNOWN whatever it may be\r\n", "34 0 0"},
      {binary('\x21', '\x11', kV4), "28 4 40000"},
      {binary('\x21', '\x21', kV6Address + kV6Address + "\x9c\x40\x15\x38"), "52 16 40000"},
      {binary('\x21', '\x11', kV4 + std::string(100, 'x')), "128 4 40000"},  // what else it tells is passed over
      {binary('\x20', '\x11', kV4), "28 0 0"},                               // the balancer asks for a sign of life
      {binary('\x20', '\0', ""), "16 0 0"},
      {binary('\x21', '\x31', std::string(216, 'x')), "232 0 0"},  // a Unix socket
      {binary('\x21', '\x12', kV4), "28 0 0"},                     // datagrams
  };
  for (const auto& [bytes, expected] : cases) BOOST_TEST(read(bytes) == expected);
  BOOST_TEST(read_proxy_header(cases[0].bytes)->value().address == "\x0a\x01\x02\x03");
  BOOST_TEST(read_proxy_header(cases[5].bytes)->value().address == "\x0a\x01\x02\x03");
  BOOST_TEST(read_proxy_header(cases[1].bytes)->value().address == kV6Address);
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused_as_soon_as_it_is_clear) {
  const std::string none = "no PROXY header";
  const std::string address = "a malformed address";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"\0"s, none},
      {"\0\0\0\x08\4\xd2\x16\x2f"s, none},
      {"\x16\3\1", none},
      {"PROXY4", none},
      {"\r\n\r\n\1", none},
      {"PROXY TCP4\r\n", address},
      {"PROXY TCP4 10.1.2.3 127.0.0.1 40000\r\n", address},
      {"PROXY TCP4 10.1.2.3 127.0.0.1 40000 5432 1\r\n", address},
      {"PROXY TCP4 10.1.2.3  127.0.0.1 40000 5432\r\n", address},
      {"PROXY TCP4 10.1.2 127.0.0.1 40000 5432\r\n", address},
      {"PROXY TCP4 10.1.2.3 127.0.0.1 65536 5432\r\n", address},
      {"PROXY TCP4 10.1.2.3 127.0.0.1 -1 5432\r\n", address},
      {"PROXY TCP4 10.1.2.3 127.0.0.1 01 5432\r\n", address},
      {"PROXY TCP4 ::1 ::1 1 1\r\n", address},
      {"PROXY TCP6 10.1.2.3 10.1.2.3 1 1\r\n", address},
      {"PROXY TCP4 10.1.2.3\0 127.0.0.1 1 1\r\n"s, address},
      {"PROXY UDP4 10.1.2.3 127.0.0.1 1 1\r\n", "an unknown family"},
      {"PROXY UNKNOWN" + std::string(100, ' '), "a line that does not end"},
      {binary('\x11', '\x11', kV4), "an unknown version"},
      {binary('\x22', '\x11', kV4), "an unknown command"},
      {binary('\x21', '\x11', kV4.substr(1)), "too short for its addresses"},
      {binary('\x21', '\x11', ""), "too short for its addresses"},
      {binary('\x21', '\x21', kV4), "too short for its addresses"},
      {kStart + "\x21\x11\xff\xff", "too long"},
  };
  for (const auto& [bytes, why] : cases) BOOST_TEST(read(bytes) == why);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::io
