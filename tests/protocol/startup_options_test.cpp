#include "protocol/startup_options.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

SettingList settings_of(std::string_view options) {
  SettingList settings;
  const auto error = append_option_settings(settings, options);
  BOOST_TEST(!error.has_value());
  return settings;
}

std::string refusal_of(std::string_view options) {
  SettingList settings;
  const auto error = append_option_settings(settings, options);
  BOOST_REQUIRE(error.has_value());
  BOOST_TEST(error->sqlstate == "42601");
  BOOST_TEST(severity_name(error->severity) == "FATAL");
  return error->message;
}

const std::string kInvalid = "invalid command-line argument for server process: ";

}  // namespace

BOOST_AUTO_TEST_SUITE(startup_options)

BOOST_AUTO_TEST_CASE(words_are_split_at_white_space_that_no_backslash_protects) {
  using Words = std::vector<std::string>;
  BOOST_TEST((split_options("") == Words{}));
  BOOST_TEST((split_options(" \t\n\v\f\r") == Words{}));
  BOOST_TEST((split_options(" a  b\tc\vd\f") == Words{"a", "b", "c", "d"}));
  BOOST_TEST((split_options(R"(a\ b c\\d \e)") == Words{"a b", R"(c\d)", "e"}));
  BOOST_TEST((split_options("a\\") == Words{"a"}));
  BOOST_TEST((split_options("\\") == Words{""}));
}

BOOST_AUTO_TEST_CASE(all_spellings_of_an_assignment_are_one) {
  const SettingList expected{{"work_mem", "1MB"}};
  for (const auto* options : {"-c work_mem=1MB", "-cwork_mem=1MB", "--work_mem=1MB", "--work-mem=1MB",
                              "-c work-mem=1MB", "  -c\twork_mem=1MB  ", R"(\-c work_mem=1MB)", "-c work_mem=1\\MB",
                              "-nc work_mem=1MB", "-Tncwork_mem=1MB", "-c work_mem=1MB --"}) {
    BOOST_TEST((settings_of(options) == expected), options);
  }
}

BOOST_AUTO_TEST_CASE(values_are_kept_as_they_are) {
  const SettingList expected{{"a.b", "x=y z\\"}, {"a.c", ""}, {"", "1"}, {" d", "e-f"}};
  BOOST_TEST((settings_of(R"(-c a.b=x=y\ z\\ --a.c= -c =1 -c\ d=e-f)") == expected));
}

BOOST_AUTO_TEST_CASE(short_switches_name_settings) {
  struct Case {
    std::string_view options;
    SettingList settings;
  };
  const std::vector<Case> cases{
      {"-B 5", {{"shared_buffers", "5"}}},
      {"-e", {{"datestyle", "euro"}}},
      {"-F", {{"fsync", "false"}}},
      {"-h x", {{"listen_addresses", "x"}}},
      {"-i", {{"listen_addresses", "*"}}},
      {"-k x", {{"unix_socket_directories", "x"}}},
      {"-l", {{"ssl", "true"}}},
      {"-N5", {{"max_connections", "5"}}},
      {"-O", {{"allow_system_table_mods", "true"}}},
      {"-P", {{"ignore_system_indexes", "true"}}},
      {"-p 5", {{"port", "5"}}},
      {"-S 64MB", {{"work_mem", "64MB"}}},
      {"-s", {{"log_statement_stats", "true"}}},
      {"-W 0", {{"post_auth_delay", "0"}}},
      {"-fs -fi -fo -fb -ft",
       {{"enable_seqscan", "false"},
        {"enable_indexscan", "false"},
        {"enable_indexonlyscan", "false"},
        {"enable_bitmapscan", "false"},
        {"enable_tidscan", "false"}}},
      {"-f n -f m -f h", {{"enable_nestloop", "false"}, {"enable_mergejoin", "false"}, {"enable_hashjoin", "false"}}},
      {"-t pa -tplanner -t e",
       {{"log_parser_stats", "true"}, {"log_planner_stats", "true"}, {"log_executor_stats", "true"}}},
      {"-sS 1MB", {{"log_statement_stats", "true"}, {"work_mem", "1MB"}}},
      {"-S -x", {{"work_mem", "-x"}}},
  };
  for (const auto& [options, settings] : cases) BOOST_TEST((settings_of(options) == settings), options);
}

BOOST_AUTO_TEST_CASE(debug_levels_turn_on_one_setting_after_the_other) {
  BOOST_TEST((settings_of("-d 0") == SettingList{{"log_min_messages", "notice"}}));
  BOOST_TEST((settings_of("-dx") == SettingList{{"log_min_messages", "notice"}}));
  BOOST_TEST((settings_of("-d-3") == SettingList{{"log_min_messages", "notice"}}));
  BOOST_TEST((settings_of("-d 1") == SettingList{{"log_min_messages", "debug1"}}));
  BOOST_TEST((settings_of("-d +1x") == SettingList{{"log_min_messages", "debug1"}}));
  const SettingList expected{{"log_min_messages", "debug5"},
                             {"log_statement", "all"},
                             {"debug_print_parse", "true"},
                             {"debug_print_plan", "true"},
                             {"debug_print_rewritten", "true"}};
  BOOST_TEST((settings_of("-d 5") == expected));
  for (std::size_t level = 2; level < 5; ++level) BOOST_TEST(settings_of("-d" + std::to_string(level)).size() == level);
  BOOST_TEST(settings_of("-d 99999999999999999999").size() == 5u);
}

BOOST_AUTO_TEST_CASE(switches_without_effect_on_a_session_are_ignored) {
  BOOST_TEST(settings_of("-b -C x -D x -E -j -n -r x -T -v 2 -EjnT --").empty());
}

BOOST_AUTO_TEST_CASE(what_postgresql_refuses_is_refused_in_its_words) {
  struct Case {
    std::string_view options;
    std::string message;
  };
  const std::vector<Case> cases{
      {"-c work_mem", "-c work_mem requires a value"},
      {"--work-mem", "--work-mem requires a value"},
      {"--single", "--single requires a value"},
      {"-c", kInvalid + "-c"},
      {"-S", kInvalid + "-S"},
      {"-x", kInvalid + "-x"},
      {"-?", kInvalid + "-?"},
      {"-:", kInvalid + "-:"},
      {"-G x", kInvalid + "-G"},
      {"-f x", kInvalid + "x"},
      {"-f ss", kInvalid + "ss"},
      {"-fx", kInvalid + "-fx"},
      {"-f\\ ", kInvalid + "-f "},
      {"-t p", kInvalid + "p"},
      {"-tx", kInvalid + "-tx"},
      {"foo", kInvalid + "foo"},
      {"foo bar -c a.b=1", kInvalid + "foo"},
      {"-", kInvalid + "-"},
      {"-- foo", kInvalid + "foo"},
      {"foo -- bar", kInvalid + "foo"},
      {"foo -x", kInvalid + "-x"},
      {"\\", kInvalid},
      {"-n -xn", kInvalid + "-n"},
      {"-xn", kInvalid + "postgres"},
  };
  for (const auto& [options, message] : cases) BOOST_TEST(refusal_of(options) == message, options);
}

BOOST_AUTO_TEST_CASE(settings_before_the_error_are_kept) {
  SettingList settings{{"first", "0"}};
  BOOST_TEST(append_option_settings(settings, "-c a.b=1 -x -c a.c=2").has_value());
  BOOST_TEST((settings == SettingList{{"first", "0"}, {"a.b", "1"}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
