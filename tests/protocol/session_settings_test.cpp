#include "protocol/session_settings.h"

#include <algorithm>
#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

using namespace std::string_literals;

std::string change(const std::vector<std::pair<std::string, std::string>>& from,
                   const std::vector<std::pair<std::string, std::string>>& to) {
  return settings_change_command(make_session_settings(from), make_session_settings(to));
}

std::string hexadecimal(const std::string& digits) {
  return "pg_catalog.convert_from(pg_catalog.decode('" + digits +
         "','hex'),pg_catalog.current_setting('server_encoding'))";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(session_settings)

BOOST_AUTO_TEST_CASE(no_settings_are_the_null_pointer) {
  BOOST_TEST(make_session_settings({}) == nullptr);
  BOOST_TEST(make_session_settings({{"a.b", ""}}) != nullptr);
}

BOOST_AUTO_TEST_CASE(names_are_the_same_in_any_case_and_the_later_value_counts) {
  const auto settings = make_session_settings({{"DateStyle", "ISO"}, {"WORK_MEM", "1MB"}, {"datestyle", "German"}});
  BOOST_TEST((*settings == SettingsMap{{"datestyle", {"German"}}, {"work_mem", {"1MB"}}}));
}

BOOST_AUTO_TEST_CASE(equal_settings_need_no_command) {
  const auto settings = make_session_settings({{"a.b", "1"}});
  BOOST_TEST(settings_change_command(settings, settings).empty());
  BOOST_TEST(settings_change_command(nullptr, nullptr).empty());
  BOOST_TEST(change({{"a.b", "1"}, {"a.c", "2"}}, {{"A.C", "2"}, {"A.B", "1"}}).empty());
}

BOOST_AUTO_TEST_CASE(only_what_differs_is_changed_and_what_is_gone_is_reset) {
  BOOST_TEST(change({}, {{"work_mem", "1MB"}}) == "SELECT pg_catalog.set_config('work_mem','1MB',false)");
  BOOST_TEST(change({{"work_mem", "1MB"}}, {}) == "SELECT pg_catalog.set_config('work_mem',NULL,false)");
  BOOST_TEST(change({{"a.a", "1"}, {"a.b", "1"}, {"a.c", "1"}}, {{"a.b", "1"}, {"a.c", "2"}, {"a.d", ""}}) ==
             "SELECT pg_catalog.set_config('a.a',NULL,false),pg_catalog.set_config('a.c','2',false),"
             "pg_catalog.set_config('a.d','',false)");
}

BOOST_AUTO_TEST_CASE(what_may_be_in_force_no_longer_is_said_again) {
  const auto one = make_session_settings({{"a.a", "1"}, {"a.b", "1"}});
  const auto other = make_session_settings({{"a.b", "1"}});
  BOOST_TEST(settings_restoring_command(one, one) ==
             "SELECT pg_catalog.set_config('a.a','1',false),pg_catalog.set_config('a.b','1',false)");
  BOOST_TEST(settings_restoring_command(one, other) ==
             "SELECT pg_catalog.set_config('a.a',NULL,false),pg_catalog.set_config('a.b','1',false)");
  BOOST_TEST(settings_restoring_command(nullptr, nullptr).empty());
}

// A quote or a backslash, whatever standard_conforming_strings says, and bytes that some client_encoding
// reads otherwise.
BOOST_AUTO_TEST_CASE(values_that_could_mean_more_than_themselves_travel_as_hexadecimal_digits) {
  BOOST_TEST(change({}, {{"a.b", "it's"}}) ==
             "SELECT pg_catalog.set_config('a.b'," + hexadecimal("69742773") + ",false)");
  BOOST_TEST(change({}, {{"a'); drop table t; --", "1"}}) ==
             "SELECT pg_catalog.set_config(" + hexadecimal("6127293b2064726f70207461626c6520743b202d2d") +
                 ",'1',false)");
  for (int byte = 1; byte < 256; ++byte) {
    const std::string value(1, static_cast<char>(byte));
    const auto command = change({}, {{"a.b", value}});
    const bool is_plain = byte >= ' ' && byte <= '~' && byte != '\'' && byte != '\\';
    BOOST_TEST(command.contains('\'' + value + '\'') == is_plain);
    BOOST_TEST(std::ranges::all_of(command, [](char c) { return c >= ' ' && c <= '~' && c != '\\'; }));
  }
}

BOOST_AUTO_TEST_CASE(the_key_is_the_same_for_equal_settings_only) {
  const auto key = [](const std::vector<std::pair<std::string, std::string>>& settings) {
    return settings_key(make_session_settings(settings));
  };
  BOOST_TEST(key({}) == "");
  BOOST_TEST(key({{"a", "1"}, {"b", "2"}}) == key({{"B", "2"}, {"A", "1"}}));
  BOOST_TEST(key({{"a", "1"}}) != key({{"a", "2"}}));
  BOOST_TEST(key({{"a", ""}}) != key({{"", "a"}}));
  BOOST_TEST(key({{"a", "b"}, {"c", "d"}}) != key({{"a", "bc"}, {"", "d"}}));
  BOOST_TEST(key({{"ab", "c"}}) != key({{"a", "bc"}}));
}

BOOST_AUTO_TEST_CASE(the_key_of_meaning_leaves_out_what_changes_no_statement) {
  const auto key = [](const std::vector<std::pair<std::string, std::string>>& settings) {
    return meaning_settings_key(make_session_settings(settings));
  };
  BOOST_TEST(key({}).empty());
  BOOST_TEST(key({{"application_name", "a"}, {"extra_float_digits", "3"}, {"statement_timeout", "1s"}}).empty());
  BOOST_TEST(key({{"search_path", "a"}}) != key({{"search_path", "b"}}));
  BOOST_TEST(key({{"TimeZone", "UTC"}}) != key({{"DateStyle", "UTC"}}));
  BOOST_TEST(key({{"TimeZone", "UTC"}, {"application_name", "a"}}) == key({{"timezone", "UTC"}}));
}

BOOST_AUTO_TEST_CASE(who_the_session_is_goes_back_first_and_comes_last) {
  const auto joe = make_session_settings({{"role", "joe"}, {"a", "1"}});
  const auto ann = make_session_settings({{"role", "ann"}, {"session_authorization", "ann"}, {"b", "2"}});
  const std::string front = "SELECT pg_catalog.set_config('role',NULL,false),pg_catalog.set_config('a',NULL,false)";
  BOOST_TEST(settings_change_command(joe, nullptr) == front);
  BOOST_TEST(settings_change_command(nullptr, joe) ==
             "SELECT pg_catalog.set_config('a','1',false),pg_catalog.set_config('role','joe',false)");
  BOOST_TEST(settings_change_command(joe, ann) ==
             front +
                 ",pg_catalog.set_config('b','2',false),pg_catalog.set_config('session_authorization','ann',false)" +
                 ",pg_catalog.set_config('role','ann',false)");
  BOOST_TEST(settings_change_command(joe, make_session_settings({{"role", "joe"}, {"a", "2"}})) ==
             "SELECT pg_catalog.set_config('role',NULL,false),pg_catalog.set_config('a','2',false),"
             "pg_catalog.set_config('role','joe',false)");
  BOOST_TEST(settings_change_command(joe, make_session_settings({{"role", "joe"}, {"a", "1"}})).empty());
}

BOOST_AUTO_TEST_CASE(an_error_behind_the_guard_ends_the_connection) {
  BOOST_TEST(guarded("").empty());
  BOOST_TEST(guarded("SELECT f()") == "SELECT pg_catalog.set_config('exit_on_error','on',true),f()");
}

BOOST_AUTO_TEST_CASE(a_time_limit_below_a_second_is_hasty) {
  for (const auto* value : {"1", "999", "1ms", "500 ms", "100us", "0.5s", "1e2"}) {
    BOOST_TEST(setting_traits(make_session_settings({{"statement_timeout", value}})).is_hasty, value);
  }
  for (const auto* value : {"", "0", "1000", "15s", "2min", "45 s", "1 h", "1d"}) {
    BOOST_TEST(!setting_traits(make_session_settings({{"statement_timeout", value}})).is_hasty, value);
  }
  BOOST_TEST(setting_traits(make_session_settings({{"transaction_timeout", "5"}})).is_hasty);
  BOOST_TEST(!setting_traits(nullptr).is_hasty);
}

BOOST_AUTO_TEST_CASE(a_search_path_may_lead_into_the_temporary_schema) {
  BOOST_TEST(setting_traits(make_session_settings({{"search_path", "pg_temp, public"}})).creates_temporary_objects);
  BOOST_TEST(!setting_traits(make_session_settings({{"search_path", "public"}})).creates_temporary_objects);
}

BOOST_AUTO_TEST_CASE(in_a_transaction_settings_are_set_by_commands_of_their_own) {
  const auto commands = [](const std::string& name, const std::string& value) {
    return set_commands(*make_session_settings({{name, value}}), false);
  };
  BOOST_TEST(set_commands({}, false).empty());
  BOOST_TEST(commands("work_mem", "7MB") == "SET \"work_mem\" = '7MB';");
  BOOST_TEST(commands("app.tenant", "") == "SET \"app\".\"tenant\" = '';");
  BOOST_TEST(commands("application_name", "it's \\ \xC3\xBC") ==
             "SET \"application_name\" = E'it\\x27s \\x5c \\xc3\\xbc';");
  BOOST_TEST(commands("search_path", "\"$user\", Public,\"a, \"\"b\"") ==
             "SET \"search_path\" = '$user','public','a, \"b';");
  BOOST_TEST(set_commands({{"search_path", {.text = std::string("A\0b\0", 4), .kind = SettingValue::Kind::Names}},
                           {"timezone", {.kind = SettingValue::Kind::Default}}},
                          true) == "SET LOCAL \"search_path\" = 'A','b';SET LOCAL \"timezone\" = DEFAULT;");
}

BOOST_AUTO_TEST_CASE(whether_a_value_is_in_force_is_the_servers_to_say) {
  BOOST_TEST(unexpected_value_conditions(nullptr).empty());
  const auto settings = make_session_settings({{"role", "joe"}, {"work_mem", "1 GB"}});
  BOOST_TEST(unexpected_value_conditions(settings).size() == 1U);
  BOOST_TEST(unexpected_value_conditions(settings).front() ==
             "(pg_catalog.current_setting('work_mem',true) OPERATOR(pg_catalog.=) "
             "pg_catalog.set_config('work_mem','1 GB',true)) IS NOT TRUE");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
