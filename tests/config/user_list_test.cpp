#include "config/user_list.h"

#include <boost/test/unit_test.hpp>

namespace howdah::config {

namespace {

std::string secret_of(std::string_view text, const std::string& name) {
  const auto list = read_user_list(text);
  BOOST_TEST(list.mistakes.empty());
  const auto found = list.secrets.find(name);
  if (found == list.secrets.end()) return "no user";
  return found->second.value_or("no secret");
}

std::string said_of_list(std::string_view text) {
  std::string said;
  for (const auto& [line, found, expected] : read_user_list(text).mistakes) {
    said += std::to_string(line) + ": found " + found + ", expected " + expected + "\n";
  }
  return said;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(user_list)

BOOST_AUTO_TEST_CASE(each_line_is_a_user) {
  const std::string_view text =
      "; comment \"x\" \"y\"\n"
      "\n"
      "\"ann\" \"secret\"\n"
      "  \"bob\"\t\"md5d41d8cd98f00b204e9800998ecf8427e\" \"more\" columns\r\n"
      "\"eve\" \"\"\n"
      "\"a \"\"b\"\"\" \"x\"\"y\"";
  BOOST_TEST(read_user_list(text).secrets.size() == 4U);
  BOOST_TEST(secret_of(text, "ann") == "secret");
  BOOST_TEST(secret_of(text, "bob") == "md5d41d8cd98f00b204e9800998ecf8427e");
  BOOST_TEST(secret_of(text, "eve") == "no secret");
  BOOST_TEST(secret_of(text, "a \"b\"") == "x\"y");
}

BOOST_AUTO_TEST_CASE(of_a_name_that_comes_twice_the_last_one_stands) {
  BOOST_TEST(secret_of("\"a\" \"1\"\n\"a\" \"2\"\n", "a") == "2");
}

BOOST_AUTO_TEST_CASE(mistakes_name_their_line_and_nothing_of_a_secret) {
  const std::string form = ", expected \"name\" \"secret\", with quotes inside doubled\n";
  BOOST_TEST(said_of_list("a \"hunter2\"") == "1: found a line without a name in quotes" + form);
  BOOST_TEST(said_of_list("\n\"a") == "2: found a line without a name in quotes" + form);
  BOOST_TEST(said_of_list("\"a\" hunter2") == "1: found a name without a secret in quotes" + form);
  BOOST_TEST(said_of_list("\"a\" \"hunter2\n\"b\" \"x\"") == "1: found a name without a secret in quotes" + form);
  BOOST_TEST(said_of_list("\"\" \"hunter2\"") == "1: found an empty name, expected a name\n");
  BOOST_TEST(said_of_list(std::string_view("\"a\" \"hunter2\0\"", 14)) ==
             "1: found a secret with a zero byte, expected one without\n");
  BOOST_TEST(said_of_list("\"a\x01\" \"hunter2\"") ==
             "1: found a name with control characters or without UTF-8, expected a name\n");
  const auto broken = said_of_list("\"a\" \"SCRAM-SHA-256$hunter2\"");
  BOOST_TEST(broken.starts_with("1: found a secret that is none ("));
  BOOST_TEST(broken.find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(sizes_are_bounded_as_in_pgbouncer) {
  const auto line = [](std::size_t name, std::size_t secret) {
    return '"' + std::string(name, 'n') + "\" \"" + std::string(secret, 's') + "\"\n";
  };
  BOOST_TEST(said_of_list(line(127, 2047)) == "");
  BOOST_TEST(said_of_list(line(128, 1)) == "1: found a name of 128 bytes, expected at most 127\n");
  BOOST_TEST(said_of_list(line(1, 2048)) == "1: found a secret that is too long, expected at most 2047 bytes\n");
  std::string many;
  for (int number = 0; number < 1000; ++number) many += "x\n";
  BOOST_TEST(read_user_list(many).mistakes.size() == 200U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
