// The table of options, and what is made from it.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "config/option_table.h"
#include "fake_outside.h"

namespace howdah::config {

namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(std::string(HOWDAH_SOURCE_DIR) + "/" + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Takes the '#' away from the lines that are options, as the example tells its readers to.
std::string with_every_option(const std::string& example) {
  std::stringstream lines(example);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    text += std::regex_replace(line, std::regex("^( *)#(?! )"), "$1") + "\n";
  }
  return text;
}

// Some options of a rule exclude others: without the lines that match `lines`.
std::string without(const std::string& yaml, const std::string& lines) {
  return std::regex_replace(yaml, std::regex("\n *(" + lines + "):[^\n]*"), "");
}

std::string value_of(const std::vector<ShownOption>& options, const std::string& key) {
  const auto found = std::ranges::find(options, key, &ShownOption::key);
  return found == options.end() ? "no such key" : found->value;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(option_documents)

BOOST_AUTO_TEST_CASE(the_reference_in_the_tree_is_the_one_of_the_code) {
  BOOST_TEST((content_of("config/REFERENCE.md") == describe_options()),
             "write the output of howdah --describe-config to config/REFERENCE.md");
}

BOOST_AUTO_TEST_CASE(the_example_in_the_tree_is_the_one_of_the_code) {
  BOOST_TEST((content_of("packaging/howdah.example.yaml") == example_configuration()),
             "example_configuration() has changed: renew packaging/howdah.example.yaml");
}

BOOST_AUTO_TEST_CASE(every_path_stands_once_in_the_table_and_has_a_help_text) {
  std::set<std::string_view> paths;
  for (const auto& option : option_table()) {
    BOOST_TEST(paths.insert(option.path).second, option.path);
    BOOST_TEST(option.help.ends_with('.'), option.path);
  }
}

BOOST_AUTO_TEST_CASE(the_reference_names_every_option) {
  const auto reference = describe_options();
  for (const auto& option : option_table()) {
    BOOST_TEST(reference.find("| `" + std::string(split_path(option.path).key) + "` |") != std::string::npos);
    BOOST_TEST(reference.find(option.help) != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(the_example_is_right_and_says_nothing_but_defaults) {
  const auto settings = settings_of(example_configuration());
  for (const auto& option : show_options(settings)) {
    const bool is_required = option.key == "listen" || option.key == "databases.*.backend";
    BOOST_TEST((is_required || option.value == option.default_value), option.key);
  }
}

BOOST_AUTO_TEST_CASE(the_example_with_every_option_is_right_and_holds_all_of_the_table) {
  auto yaml = with_every_option(example_configuration());
  yaml = std::regex_replace(yaml, std::regex("instance: 0"), "instance: 1");  // there are peers
  const FakeOutside world{.files = {{"/etc/howdah/app.password", "pw\n"},
                                    {"/etc/howdah/auth.password", "pw\n"},
                                    {"/etc/howdah/ldap.password", "pw\n"},
                                    {"/etc/howdah/peers.secret", "sixteen bytes or so\n"},
                                    {"/etc/howdah/stats.token", "token\n"},
                                    {"/etc/howdah/userlist.txt", ""}}};
  BOOST_TEST(
      said_of(
          without(yaml,
                  "hba_file|ident_file|map|ldap|servers|prefix|suffix|base_dn|bind_.*|search_.*|sc.*|port|start_tls|"
                  "password_file"),
          world) == "");
  const auto by_ldap = std::regex_replace(yaml, std::regex("method: scram-sha-256"), "method: ldap");
  BOOST_TEST(said_of(without(by_ldap, "hba_file|ident_file|map|prefix|suffix|search_filter|password_file"), world) ==
             "");
  for (const auto& option : option_table()) {
    const std::regex line("(^|\n) *(- )?" + std::string(split_path(option.path).key) + ": ");
    BOOST_TEST(std::regex_search(yaml, line), option.path);
  }
}

BOOST_AUTO_TEST_CASE(every_default_is_a_text_that_its_option_takes) {
  Subject defaults;
  for (const auto& option : option_table()) {
    const auto text = field_text(option.field(defaults));
    if (text.empty()) continue;
    Subject subject;
    const auto mistakes =
        read_field(option.field(subject), {.kind = TreeNode::Kind::Scalar, .text = text}, FakeOutside().outside());
    BOOST_TEST(mistakes.empty(), option.path);
    BOOST_TEST(field_text(option.field(subject)) == text);
  }
}

BOOST_AUTO_TEST_CASE(show_config_has_every_entry_with_value_and_default) {
  const auto options =
      show_options(settings_of(kLeast + "workers: auto\n"
                                        "users: {u: {pool_mode: session}}\n"
                                        "auth: [{from: 10.0.0.0/8, method: md5, users: [a, b]}, {method: reject}]\n"));
  BOOST_TEST(value_of(options, "listen") == "[127.0.0.1:6432]");
  BOOST_TEST(value_of(options, "workers") == "auto");
  BOOST_TEST(value_of(options, "client.login_timeout") == "1min");
  BOOST_TEST(value_of(options, "databases.x.pool.cleanup_bytes") == "16MB");
  BOOST_TEST(value_of(options, "users.u.pool_mode") == "session");
  BOOST_TEST(value_of(options, "users.u.password").empty());
  BOOST_TEST(value_of(options, "auth[1].from") == "10.0.0.0/8");
  BOOST_TEST(value_of(options, "auth[1].users") == "[a, b]");
  BOOST_TEST(value_of(options, "auth[2].method") == "reject");
  const auto listen = std::ranges::find(options, "listen", &ShownOption::key);
  BOOST_TEST(!listen->is_changeable);
  BOOST_TEST(std::ranges::find(options, "databases.x.pool.mode", &ShownOption::key)->default_value == "transaction");
}

BOOST_AUTO_TEST_CASE(the_keys_of_a_section_come_in_the_order_of_the_table) {
  BOOST_TEST((keys_of_section("log") ==
              std::vector<std::string_view>{"level", "format", "connections", "slow_transaction", "slow_statement"}));
  BOOST_TEST(
      (keys_of_section("databases.<name>") ==
       std::vector<std::string_view>{"backend", "backend_auth_cache", "auth_query", "password_command", "password_file",
                                     "password_ttl", "password_timeout", "scram_pass_through", "pool"}));
  BOOST_TEST(keys_of_section("nowhere").empty());
}

BOOST_AUTO_TEST_CASE(each_place_of_the_table_has_its_kind) {
  BOOST_TEST((place_kind("listen") == PlaceKind::Option));
  BOOST_TEST((place_kind("client") == PlaceKind::Section));
  BOOST_TEST((place_kind("databases") == PlaceKind::NamedSections));
  BOOST_TEST((place_kind("auth") == PlaceKind::SectionList));
  BOOST_TEST((place_kind("clien") == PlaceKind::Unknown));
  BOOST_TEST((place_kind("listen.x") == PlaceKind::Unknown));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
