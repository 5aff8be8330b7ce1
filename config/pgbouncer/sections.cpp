#include "config/pgbouncer/sections.h"

#include <algorithm>
#include <optional>

#include "config/nearest_word.h"
#include "config/pgbouncer/connect_line.h"
#include "config/pgbouncer/setting_table.h"
#include "config/pgbouncer/values.h"
#include "config/plain_text.h"

namespace howdah::config::pgbouncer {

namespace {

// What is expected; nothing where the value is right.
std::optional<std::string> expectation(Takes takes, const std::string& value) {
  switch (takes) {
    case Takes::Count:
    case Takes::Bytes:
    case Takes::Milliseconds:
      if (read_count(value)) return std::nullopt;
      return "a whole number";
    case Takes::Flag:
      if (read_flag(value)) return std::nullopt;
      return "0 or 1";
    case Takes::Seconds:
      if (read_seconds(value) || value == "-1") return std::nullopt;
      return "seconds, not below 0";
    case Takes::Mode:
      if (read_pool_mode(value)) return std::nullopt;
      return "session, transaction or statement";
    case Takes::Text:
    case Takes::List:
      return std::nullopt;
  }
  return std::nullopt;
}

template <typename Rows, typename Name>
std::string hint(std::string_view word, const Rows& rows, Name name) {
  std::vector<std::string_view> words;
  for (const auto& row : rows) words.push_back(row.*name);
  const auto near = nearest_word(word, words);
  return near ? "; is " + std::string(*near) + " meant?" : "";
}

class Sorter {
 public:
  explicit Sorter(std::vector<Problem>& problems) : problems_(problems) {}

  void take(IniSetting setting);
  [[nodiscard]] Sections done() { return std::move(sections_); }

 private:
  void take_global(IniSetting setting);
  void take_entry(IniSetting setting, std::vector<Entry>& entries, std::span<const KeyRow> keys);
  void refuse(const IniSetting& setting, const std::string& text) {
    problems_.push_back(setting.problem(printable(setting.name) + ": " + text));
  }

  Sections sections_;
  std::vector<Problem>& problems_;
};

void Sorter::take(IniSetting setting) {
  if (setting.section == "pgbouncer") return take_global(std::move(setting));
  if (setting.section == "databases") return take_entry(std::move(setting), sections_.databases, database_keys());
  if (setting.section == "users") return take_entry(std::move(setting), sections_.users, user_keys());
  if (setting.section == "peers") {
    sections_.has_peers = true;
    return;
  }
  refuse(setting,
         "found it in the section " + in_quotes(setting.section) + ", expected databases, pgbouncer, users or peers");
}

void Sorter::take_global(IniSetting setting) {
  const auto* const row = find_global(setting.name);
  if (row == nullptr) {
    return refuse(setting,
                  "found no such setting of PgBouncer's" + hint(setting.name, global_settings(), &SettingRow::name));
  }
  if (const auto expected = expectation(row->takes, setting.value)) {
    return refuse(setting, "found " + in_quotes(setting.value) + ", expected " + *expected);
  }
  const auto name = setting.name;
  sections_.globals.insert_or_assign(name, std::move(setting));
}

void Sorter::take_entry(IniSetting setting, std::vector<Entry>& entries, std::span<const KeyRow> keys) {
  auto pairs = read_connect_line(setting.value);
  if (!pairs) return refuse(setting, pairs.error());
  Entry entry{.name = setting.name, .setting = std::move(setting), .pairs = {}};
  for (auto& [key, value] : *pairs) {
    const auto* const row = find_key(keys, key);
    if (row == nullptr) {
      refuse(entry.setting, "found no such key: " + in_quotes(key) + hint(key, keys, &KeyRow::key));
    } else if (const auto expected = expectation(row->takes, value)) {
      refuse(entry.setting, "found " + key + " with another value, expected " + *expected);
    }
    entry.pairs.insert_or_assign(std::move(key), std::move(value));
  }
  const auto same = std::ranges::find(entries, entry.name, &Entry::name);
  if (same == entries.end()) {
    entries.push_back(std::move(entry));
  } else {
    *same = std::move(entry);
  }
}

}  // namespace

const std::string* Entry::find(std::string_view key) const {
  const auto found = pairs.find(key);
  return found == pairs.end() ? nullptr : &found->second;
}

const std::string* Sections::global(std::string_view name) const {
  const auto found = globals.find(name);
  return found == globals.end() ? nullptr : &found->second.value;
}

std::string Sections::global_or_default(std::string_view name) const {
  if (const auto* const value = global(name)) return *value;
  const auto* const row = find_global(name);
  return row == nullptr ? "" : std::string(row->unset);
}

Sections sort_settings(IniFile& file) {
  Sorter sorter(file.problems);
  for (auto& setting : file.settings) sorter.take(std::move(setting));
  return sorter.done();
}

}  // namespace howdah::config::pgbouncer
