#include "config/pgbouncer/import.h"

#include <algorithm>

#include "config/option_table.h"
#include "config/pgbouncer/importer.h"
#include "config/pgbouncer/text.h"
#include "config/pgbouncer/values.h"
#include "config/plain_text.h"
#include "config/units.h"
#include "config/user_list.h"
#include "config/words.h"
#include "protocol/password.h"

namespace howdah::config {

namespace pgbouncer {

namespace {

Converted clamped(std::int64_t value, std::int64_t least, std::int64_t most, auto text_of) {
  const auto within = std::clamp(value, least, most);
  if (within == value) return {.text = text_of(value), .note = {}};
  return {.text = text_of(within), .note = "it is " + text_of(value) + " there, which is out of range here"};
}

struct Conversion {
  std::int64_t number;  // milliseconds, of a time

  Converted operator()(const Count& count) const {
    return clamped(number, count.least, count.most, [](std::int64_t value) { return std::to_string(value); });
  }
  Converted operator()(const Duration& duration) const {
    return clamped(number, duration.least.count(), duration.most.count(),
                   [](std::int64_t value) { return format_duration(Milliseconds(value)); });
  }
  Converted operator()(const Size& size) const { return clamped(number, 0, size.most, format_size); }
  template <typename Other>
  Converted operator()(const Other&) const {
    return {.text = std::to_string(number), .note = {}};
  }
};

Converted convert_number(std::int64_t number, std::string_view option_path) {
  Subject subject;
  const auto* const option = find_option(option_path);
  if (option == nullptr) return {.text = std::to_string(number), .note = {}};
  return std::visit(Conversion{number}, option->field(subject));
}

void read_secrets(Import& import) {
  const auto* const path = import.sections.global("auth_file");
  if (path == nullptr || path->empty()) return;
  const auto content = import.outside.read_file(*path);
  if (!content) {
    return import.problems.push_back(import.sections.globals.find("auth_file")
                                         ->second.problem("auth_file: found the file " + in_quotes(*path) +
                                                          ", which cannot be read (" + content.error() +
                                                          "), expected a file"));
  }
  auto list = read_user_list(*content);
  for (const auto& mistake : list.mistakes) {
    import.problems.push_back({.file = *path, .line = mistake.line, .text = mistake.text()});
  }
  import.secrets = std::move(list.secrets);
}

}  // namespace

const std::string* Import::plain_password(const std::string& user) const {
  const auto found = secrets.find(user);
  if (found == secrets.end() || !found->second) return nullptr;
  const auto secret = protocol::parse_secret(*found->second);
  const bool is_plain = secret && std::holds_alternative<protocol::PlainSecret>(*secret);
  return is_plain ? &*found->second : nullptr;
}

bool Import::has_unusable_secrets() const {
  return std::ranges::any_of(
      secrets, [this](const auto& secret) { return secret.second && plain_password(secret.first) == nullptr; });
}

std::string Import::once(std::string comment) {
  return told.insert(comment).second ? std::move(comment) : std::string();
}

Converted convert(Takes takes, const std::string& value, std::string_view option_path) {
  switch (takes) {
    case Takes::Count:
    case Takes::Bytes:
    case Takes::Milliseconds:
      return convert_number(read_count(value).value_or(0), option_path);
    case Takes::Seconds:
      return convert_number(read_seconds(value).value_or(Milliseconds(0)).count(), option_path);
    case Takes::Flag:
      return {.text = read_flag(value).value_or(false) ? "true" : "false", .note = {}};
    case Takes::Mode:
      return {.text = std::string(word_of(read_pool_mode(value).value_or(PoolMode::Session))), .note = {}};
    case Takes::Text:
    case Takes::List:
      break;
  }
  return {.text = value, .note = {}};
}

std::string remark(std::string_view name, bool is_set, std::string_view key, const std::string& note) {
  std::string text;
  if (!is_set) {
    text = std::string(name) + " is not set: PgBouncer's default";
  } else if (name != key) {
    text = name;
  }
  return note.empty() ? text : text + (text.empty() ? "" : ": ") + note;
}

void import_options(Import& import) {
  for (const auto& row : global_settings()) {
    if (row.place != Place::File) continue;
    const auto* const said = import.sections.global(row.name);
    if (said == nullptr && row.unset.empty()) continue;
    const std::string value = said == nullptr ? std::string(row.unset) : *said;
    const auto key = split_path(row.path).key;
    if (row.takes == Takes::List) {
      section_at(import.root, split_path(row.path).section)
          .set_list(key, split_list(value), remark(row.name, true, key, {}));
      continue;
    }
    if (row.takes == Takes::Text && value.empty()) continue;
    auto [text, note] = convert(row.takes, value, row.path);
    if (note.empty()) note = row.note;
    set_at(import.root, row.path, std::move(text), remark(row.name, said != nullptr, key, note));
  }
}

// What has no place of its own, in the order of the table.
void import_rest(Import& import) {
  for (const auto& row : global_settings()) {
    if (row.place != Place::Nowhere || import.sections.global(row.name) == nullptr) continue;
    import.root.note("no counterpart: " + std::string(row.name) + ": " + std::string(row.note));
  }
  if (import.sections.has_peers) {
    import.root.note("no counterpart: [peers]: " + std::string(find_global("peer_id")->note));
  }
}

}  // namespace pgbouncer

std::expected<std::string, std::vector<Problem>> import_pgbouncer(const std::string& path, const Outside& outside) {
  using namespace pgbouncer;
  auto file = read_ini_file(path, outside);
  const auto sections = sort_settings(file);
  Import import{.sections = sections, .outside = outside, .problems = std::move(file.problems)};
  read_secrets(import);
  import.root.note(
      "What " + printable(path) +
      " says, for howdah: made by howdah --import-pgbouncer. Above an option stands the name of PgBouncer's "
      "setting, where it is another one, and what differs.\nWhere passwords are in here, nobody but howdah's "
      "user or root may read it: chmod 600.");
  for (const auto part : {import_listen, import_options, import_tls, import_log, import_auth, import_databases,
                          import_users, import_rest}) {
    part(import);
  }
  if (!import.problems.empty()) return std::unexpected(std::move(import.problems));
  return yaml_text(import.root);
}

}  // namespace howdah::config
