#include "protocol/setting_changes.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

constexpr auto kIdle = TransactionStatus::Idle;
constexpr auto kOpen = TransactionStatus::InTransaction;
constexpr auto kFailed = TransactionStatus::Failed;

// A server's answers: "SET a.a = 1" is a command that was run well, "error" an error, 'I', 'T' and 'E' a ReadyForQuery,
// anything else a tag.
class Story {
 public:
  Story& hears(std::initializer_list<std::string_view> answers) {
    for (const auto answer : answers) hear(answer);
    return *this;
  }
  // "a.a=1 a.b=2", names of `settings` with their values; "unknown".
  std::string makes(const std::vector<std::pair<std::string, std::string>>& settings = {}) {
    ReportedParameters reported({{"DateStyle", "ISO, MDY"}, {"TimeZone", "UTC"}});
    reported.note("DateStyle", "SQL, DMY");
    const auto made = changes_.apply(make_session_settings(settings), reported);
    BOOST_TEST(changes_.is_empty());
    if (!made) return "unknown";
    return *made ? text_of(**made) : "none";
  }
  // Of `settings`, those in force behind a RESET ALL.
  std::string keeps(const std::vector<std::pair<std::string, std::string>>& settings) {
    (void)makes(settings);
    return text_of(changes_.kept());
  }

 private:
  static std::string text_of(const SettingsMap& settings) {
    std::string text;
    for (const auto& [name, value] : settings) {
      text += (text.empty() ? "" : " ") + name + "=";
      text += value.kind == SettingValue::Kind::Default ? "default" : value.text;
    }
    return text;
  }

  void hear(std::string_view answer) {
    if (answer == "error") return changes_.on_error();
    if (answer.size() == 1) return changes_.on_ready(static_cast<TransactionStatus>(answer.front()));
    if (auto command = read_set_command(answer)) return changes_.on_command(std::move(*command));
    changes_.on_tag(answer);
  }

  SettingChanges changes_;
};

std::string after(std::initializer_list<std::string_view> answers) {
  return Story().hears(answers).makes();
}

static_assert(static_cast<char>(kIdle) == 'I' && static_cast<char>(kOpen) == 'T' && static_cast<char>(kFailed) == 'E');

}  // namespace

BOOST_AUTO_TEST_SUITE(setting_changes)

BOOST_AUTO_TEST_CASE(a_command_outside_of_a_block_lasts_when_its_batch_is_good) {
  BOOST_TEST(after({"SET a = 1", "I"}) == "a=1");
  BOOST_TEST(after({"SET a = 1", "SELECT 1", "SET a = 2", "SET b = 3", "I"}) == "a=2 b=3");
  BOOST_TEST(after({"SET a = 1", "error", "I"}) == "none");
  BOOST_TEST(after({"SET a = 1", "I", "SET a = 2", "error", "I"}) == "a=1");
}

BOOST_AUTO_TEST_CASE(in_a_block_it_lasts_with_its_commit) {
  BOOST_TEST(after({"BEGIN", "T", "SET a = 1", "T", "COMMIT", "I"}) == "a=1");
  BOOST_TEST(after({"BEGIN", "T", "SET a = 1", "T", "ROLLBACK", "I"}) == "none");
  BOOST_TEST(after({"BEGIN", "T", "SET a = 1", "T", "error", "E", "ROLLBACK", "I"}) == "none");
  BOOST_TEST(after({"BEGIN", "T", "SET a = 1", "T", "PREPARE TRANSACTION", "I"}) == "a=1");
  BOOST_TEST(after({"BEGIN", "T", "SET a = 1", "T", "error", "I"}) == "none");  // at its COMMIT
  BOOST_TEST(after({"SET a = 1", "BEGIN", "SET b = 1", "ROLLBACK", "SET c = 1", "I"}) == "c=1");
  BOOST_TEST(after({"SET a = 1", "BEGIN", "SET b = 1", "COMMIT", "SET c = 1", "error", "I"}) == "a=1 b=1");
}

BOOST_AUTO_TEST_CASE(chained_blocks_are_told_apart) {
  BOOST_TEST(after({"BEGIN", "T", "SET a = 1", "T", "COMMIT", "T", "SET b = 1", "T", "ROLLBACK", "I"}) == "a=1");
  BOOST_TEST(after({"BEGIN", "T", "SET a = 1", "T", "ROLLBACK", "T", "SET b = 1", "T", "COMMIT", "I"}) == "b=1");
}

BOOST_AUTO_TEST_CASE(what_a_rollback_to_a_savepoint_may_have_undone_is_unknown) {
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "SET a = 1", "ROLLBACK", "T", "COMMIT", "I"}) == "unknown");
  BOOST_TEST(after({"BEGIN", "SET a = 1", "SAVEPOINT", "ROLLBACK", "T", "COMMIT", "I"}) == "unknown");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "SET a = 1", "ROLLBACK", "COMMIT", "I"}) == "unknown");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "SET a = 1", "ROLLBACK", "BEGIN", "COMMIT", "I"}) == "unknown");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "SET a = 1", "ROLLBACK", "SET b = 1", "COMMIT", "I"}) == "unknown");
}

BOOST_AUTO_TEST_CASE(a_savepoint_alone_is_no_doubt) {
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "SET a = 1", "RELEASE", "T", "COMMIT", "I"}) == "a=1");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "SET a = 1", "T", "ROLLBACK", "I"}) == "none");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "ROLLBACK", "T", "SET a = 1", "COMMIT", "I"}) == "a=1");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "T", "ROLLBACK", "SET a = 1", "I"}) == "a=1");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "SET a = 1", "ROLLBACK", "T", "ROLLBACK", "I"}) == "none");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "SET a = 1", "ROLLBACK", "T", "error", "E", "ROLLBACK", "I"}) == "none");
  BOOST_TEST(after({"BEGIN", "SAVEPOINT", "COMMIT", "I", "SET a = 1", "BEGIN", "ROLLBACK", "I"}) == "none");
}

BOOST_AUTO_TEST_CASE(a_reset_takes_back_what_was_set_and_a_custom_setting_goes_on_to_exist) {
  const std::vector<std::pair<std::string, std::string>> before = {{"a", "1"}, {"b", "2"}, {"c.c", "3"}};
  BOOST_TEST(Story().hears({"RESET a", "I"}).makes(before) == "b=2 c.c=3");
  BOOST_TEST(Story().hears({"RESET c.c", "I"}).makes(before) == "a=1 b=2 c.c=default");
  BOOST_TEST(Story().hears({"RESET ALL", "I"}).makes(before) == "c.c=default");
  BOOST_TEST(Story().hears({"SET d = 1", "RESET ALL", "SET a = 2", "I"}).makes(before) == "a=2 c.c=default");
  BOOST_TEST(Story().hears({"RESET x", "I"}).makes(before) == "a=1 b=2 c.c=3");
  BOOST_TEST(Story().hears({"RESET a", "I"}).makes({{"a", "1"}}) == "none");
}

BOOST_AUTO_TEST_CASE(discard_all_forgets_what_came_before_it) {
  BOOST_TEST(after({"SET a = 1", "I", "DISCARD ALL", "I", "SET b = 1", "I"}) == "b=1");
}

BOOST_AUTO_TEST_CASE(a_date_style_is_what_the_server_says) {
  BOOST_TEST(after({"SET datestyle = 'SQL'", "I"}) == "datestyle=SQL, DMY");
  BOOST_TEST(after({"SET datestyle = 'SQL'", "RESET datestyle", "I"}) == "none");
  BOOST_TEST(Story().hears({"SET a = 1", "I"}).makes({{"datestyle", "ISO"}}) == "a=1 datestyle=ISO");
}

BOOST_AUTO_TEST_CASE(what_changes_nothing_keeps_the_same_value) {
  const auto settings = make_session_settings({{"a", "1"}});
  SettingChanges changes;
  changes.on_command(*read_set_command("SET a = 1"));
  changes.on_ready(kIdle);
  BOOST_TEST((changes.apply(settings, {}) == settings));
}

BOOST_AUTO_TEST_CASE(a_reset_of_all_leaves_the_role_and_the_user) {
  const std::vector<std::pair<std::string, std::string>> before{
      {"a", "1"}, {"role", "joe"}, {"session_authorization", "ann"}};
  BOOST_TEST(Story().hears({"RESET ALL", "I"}).makes(before) == "role=joe session_authorization=ann");
}

BOOST_AUTO_TEST_CASE(what_a_reset_of_all_has_not_changed_is_what_the_server_reports_still) {
  const std::vector<std::pair<std::string, std::string>> settings = {
      {"a", "1"}, {"datestyle", "SQL"}, {"timezone", "utc"}};
  BOOST_TEST(Story().hears({"RESET ALL", "I"}).keeps(settings) == "timezone=utc");
  BOOST_TEST(Story().hears({"SET timezone = 'Z'", "RESET ALL", "I"}).keeps(settings) == "timezone=utc");
  BOOST_TEST(Story().hears({"RESET ALL", "SET timezone = 'Z'", "I"}).keeps(settings) == "");
  BOOST_TEST(Story().hears({"RESET ALL", "ROLLBACK", "I"}).keeps(settings) == "");
}

BOOST_AUTO_TEST_CASE(what_a_session_carries_is_bounded) {
  Story story;
  for (int i = 0; i < 64; ++i) story.hears({"SET a" + std::to_string(i) + " = 1"});
  BOOST_TEST(story.hears({"I"}).makes() != "unknown");
  for (int i = 0; i < 65; ++i) story.hears({"SET a" + std::to_string(i) + " = 1"});
  BOOST_TEST(story.hears({"I"}).makes() == "unknown");
  for (int i = 0; i < 1001; ++i) story.hears({"SET a = 1"});
  BOOST_TEST(story.hears({"I"}).makes() == "unknown");
  for (int i = 0; i < 1001; ++i) story.hears({"SET a = 1"});
  BOOST_TEST(story.hears({"error", "I"}).makes() == "none");
}

BOOST_AUTO_TEST_CASE(startup_settings_come_back_where_they_are_missing) {
  const auto startup = make_session_settings({{"a", "1"}, {"b.b", "2"}});
  BOOST_TEST((with_startup_settings(nullptr, startup) == startup));
  BOOST_TEST((with_startup_settings(startup, startup) == startup));
  BOOST_TEST((with_startup_settings(nullptr, nullptr) == nullptr));
  const auto other = make_session_settings({{"a", "5"}, {"b.b", "6"}, {"c", "7"}});
  BOOST_TEST((with_startup_settings(other, startup) == other));
  const auto reset =
      std::make_shared<SettingsMap>(SettingsMap{{"b.b", {.kind = SettingValue::Kind::Default}}, {"c", {"7"}}});
  const SettingsMap merged{{"a", {"1"}}, {"b.b", {"2"}}, {"c", {"7"}}};
  BOOST_TEST((*with_startup_settings(reset, startup) == merged));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
