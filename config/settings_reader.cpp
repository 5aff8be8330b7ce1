#include "config/settings_reader.h"

#include <algorithm>

#include "config/nearest_word.h"
#include "config/plain_text.h"

namespace howdah::config {

namespace {

std::string joined(const std::vector<std::string_view>& words) {
  std::string text;
  for (const auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

// Where else in the table a key stands: "databases.<name>.pool".
std::string section_of_key(std::string_view key) {
  for (const auto& option : option_table()) {
    const auto split = split_path(option.path);
    if (split.key == key) return std::string(split.section);
  }
  return {};
}

}  // namespace

Settings SettingsReader::read(const TreeNode& root) {
  read_section(root, {});
  return std::move(subject_.settings);
}

void SettingsReader::read_section(const TreeNode& section, const Place& place) {
  const auto expected = "a section with the keys " + joined(keys_of_section(place.in_table));
  if (!is_kind(section, TreeNode::Kind::Map, place, expected)) return;
  std::map<std::string_view, int> lines;
  for (const auto& entry : section.items) {
    if (is_first(entry, lines, place)) read_entry(entry, place);
  }
  miss_required(section, place, lines);
}

void SettingsReader::read_entry(const TreeNode& entry, const Place& section) {
  const std::string dot = section.shown.empty() ? "" : ".";
  const Place place{section.in_table + dot + entry.key, section.shown + dot + printable(entry.key)};
  // A key with a dot in it is no path.
  const auto keys = keys_of_section(section.in_table);
  if (std::ranges::find(keys, entry.key) == keys.end()) return refuse_key(entry, section, place);
  switch (place_kind(place.in_table)) {
    case PlaceKind::Unknown:
      return refuse_key(entry, section, place);
    case PlaceKind::Option:
      return read_option(*find_option(place.in_table), entry, place);
    case PlaceKind::Section:
      return read_section(entry, place);
    case PlaceKind::NamedSections:
      return read_named_sections(entry, place);
    case PlaceKind::SectionList:
      return read_section_list(entry, place);
  }
}

void SettingsReader::read_option(const Option& option, const TreeNode& value, const Place& place) {
  const auto field = option.field(subject_);
  const auto mistakes = read_field(field, value, outside_);
  if (!first_secret_ && holds_secret(field, value)) first_secret_ = SecretPlace{place.shown, value.line};
  for (const auto& mistake : mistakes) problems_.add(place.shown, mistake);
  if (mistakes.empty()) problems_.mark_read(place.shown, value.line);
}

void SettingsReader::read_named_sections(const TreeNode& sections, const Place& place) {
  if (!is_kind(sections, TreeNode::Kind::Map, place, "a section with one key for each name")) return;
  std::map<std::string_view, int> lines;
  for (const auto& entry : sections.items) {
    if (!is_first(entry, lines, place)) continue;
    start_entry();
    const Place inside{place.in_table + std::string(kNameStep), place.shown + "." + printable(entry.key)};
    problems_.mark_read(inside.shown, entry.key_line);
    if (entry.key.empty()) problems_.add(place.shown, {entry.key_line, "an empty name", "a name"});
    if (place_kind(inside.in_table) == PlaceKind::SectionList) {
      read_section_list(entry, inside);
    } else {
      read_section(entry, inside);
    }
    keep_entry(place.in_table, entry.key);
  }
}

void SettingsReader::read_section_list(const TreeNode& list, const Place& place) {
  if (!is_kind(list, TreeNode::Kind::List, place, "a list")) return;
  for (std::size_t at = 0; at < list.items.size(); ++at) {
    start_item();
    const Place inside{place.in_table + std::string(kItemStep), place.shown + "[" + std::to_string(at + 1) + "]"};
    read_section(list.items[at], inside);
    keep_entry(place.in_table, {});
  }
}

void SettingsReader::start_entry() {
  subject_.database = {};
  subject_.user = {};
  subject_.peer = {};
  subject_.ident_map = {};
}

void SettingsReader::start_item() {
  subject_.rule = {};
  subject_.mapping = {};
}

void SettingsReader::keep_entry(std::string_view in_table, const std::string& name) {
  auto& settings = subject_.settings;
  if (in_table == "databases") {
    subject_.database.name = name;
    settings.databases.insert_or_assign(name, std::move(subject_.database));
  } else if (in_table == "users") {
    subject_.user.name = name;
    settings.users.insert_or_assign(name, std::move(subject_.user));
  } else if (in_table == "peers") {
    subject_.peer.name = name;
    settings.peers.insert_or_assign(name, std::move(subject_.peer));
  } else if (in_table == "ident_maps") {
    settings.ident_maps.insert_or_assign(name, std::move(subject_.ident_map));
  } else if (in_table == "ident_maps.<name>") {
    subject_.ident_map.push_back(std::move(subject_.mapping));
  } else {
    settings.auth.push_back(std::move(subject_.rule));
  }
}

bool SettingsReader::is_kind(const TreeNode& node, TreeNode::Kind kind, const Place& place,
                             const std::string& expected) {
  if (node.kind == kind || node.kind == TreeNode::Kind::Nothing) return true;
  // A text here may be a password that stands one level too high.
  problems_.add(place.shown, {node.line, node.kind == TreeNode::Kind::Scalar ? "a text" : found_text(node), expected});
  return false;
}

bool SettingsReader::is_first(const TreeNode& entry, std::map<std::string_view, int>& lines, const Place& place) {
  const auto [found, is_new] = lines.emplace(entry.key, entry.key_line);
  if (is_new) return true;
  const auto path = (place.shown.empty() ? "" : place.shown + ".") + printable(entry.key);
  problems_.add(path, {entry.key_line, "the key again", "it once; it stands in line " + std::to_string(found->second)});
  return false;
}

void SettingsReader::refuse_key(const TreeNode& entry, const Place& section, const Place& place) {
  const auto keys = keys_of_section(section.in_table);
  const auto nearest = nearest_word(entry.key, keys);
  const auto elsewhere = section_of_key(entry.key);
  auto expected = "one of " + joined(keys);
  if (nearest) {
    expected = std::string(*nearest);
  } else if (!elsewhere.empty()) {
    expected = "it in " + elsewhere;
  }
  // Without a colon it is no key, but the rest of a value that was cut at a comma: perhaps of a password.
  const bool is_key = nearest || entry.kind != TreeNode::Kind::Nothing;
  problems_.add(is_key ? place.shown : section.shown,
                {entry.key_line, is_key ? "an unknown key" : "a text without a colon", expected});
}

void SettingsReader::miss_required(const TreeNode& section, const Place& place,
                                   const std::map<std::string_view, int>& present) {
  for (const auto& option : option_table()) {
    const auto split = split_path(option.path);
    if (!option.is_required || split.section != place.in_table || present.contains(split.key)) continue;
    const auto path = (place.shown.empty() ? "" : place.shown + ".") + std::string(split.key);
    const int line = problems_.line_of(place.shown, section.line);
    problems_.add(path, {line, "nothing", expected_text(option.field(subject_))});
  }
}

}  // namespace howdah::config
