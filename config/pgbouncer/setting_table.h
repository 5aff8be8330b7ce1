// Every setting of PgBouncer's, up to version 1.24 and those that were announced after it, and what stands for it here.
#pragma once

#include <span>
#include <string_view>

namespace howdah::config::pgbouncer {

// How a value is read.
enum class Takes { Count, Flag, Seconds, Milliseconds, Bytes, Mode, Text, List };

enum class Place {
  File,     // one option of the configuration, at `path`
  Pool,     // one of the pool of each database, at `path` in there
  Special,  // more than a value: code of its own
  Nowhere,  // nothing: `note` says what happens instead
};

struct SettingRow {
  std::string_view name;
  Takes takes;
  Place place;
  std::string_view path;
  // What holds in PgBouncer where its file says nothing, as its file would say it; empty where howdah does the same.
  std::string_view unset;
  std::string_view note;  // empty: nothing but the name differs
};

// Of [pgbouncer].
[[nodiscard]] std::span<const SettingRow> global_settings();

// What may stand in a line of [databases], [users] or [peers].
struct KeyRow {
  std::string_view key;
  Takes takes;
  std::string_view global;  // in place of which setting of [pgbouncer]; empty: it is of the line alone
  std::string_view note;    // where nothing stands for it here
};
[[nodiscard]] std::span<const KeyRow> database_keys();
[[nodiscard]] std::span<const KeyRow> user_keys();

// Null where there is none.
[[nodiscard]] const SettingRow* find_global(std::string_view name);
[[nodiscard]] const KeyRow* find_key(std::span<const KeyRow> keys, std::string_view key);

}  // namespace howdah::config::pgbouncer
