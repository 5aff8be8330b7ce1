#include "config/live_changes.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>
#include <variant>

#include "config/cross_checks.h"
#include "config/nearest_word.h"
#include "config/option_walk.h"

namespace howdah::config {

namespace {

// --- differences

struct Told {
  std::string text;
  Reload reload = Reload::Restart;
};

// To be compared, not to be shown: secrets as they are.
std::string exact_text(const Field& field) {
  if (const auto* hidden = std::get_if<HiddenText>(&field)) return *hidden->value;
  if (const auto* backend = std::get_if<Backend>(&field)) return *backend->value;
  if (const auto* password = std::get_if<Password>(&field)) return password->value->value_or("");
  return field_text(field);
}

std::map<std::string, Told> told_by(const Settings& settings) {
  std::map<std::string, Told> all;
  OptionWalk(settings).for_each([&](std::string path, const Option& option, const Field& field) {
    all[std::move(path)] = {exact_text(field), option.reload};
  });
  return all;
}

// --- copies

template <typename Kind>
concept KeepsValue = requires(const Kind& kind) { *kind.value = *kind.value; };

void copy_value(const Field& to, const Field& from) {
  std::visit(
      [&from](const auto& target) {
        using Kind = std::remove_cvref_t<decltype(target)>;
        if constexpr (KeepsValue<Kind>) *target.value = *std::get<Kind>(from).value;
      },
      to);
}

void copy_changeable(std::string_view section, Subject& to, Subject& from) {
  for (const auto& option : option_table()) {
    const bool is_in_entry = option.path.find_first_of("<[") != std::string_view::npos;
    const bool is_inside = section.empty() ? !is_in_entry : option.path.starts_with(section);
    if (is_inside && option.reload != Reload::Restart) copy_value(option.field(to), option.field(from));
  }
}

// Those of `wanted`, with what cannot change in the entries that are there already as it is.
template <typename Entry>
std::map<std::string, Entry> changed_entries(const std::map<std::string, Entry>& running,
                                             const std::map<std::string, Entry>& wanted, Entry Subject::* member,
                                             std::string_view section) {
  auto entries = wanted;
  for (auto& [name, entry] : entries) {
    const auto same = running.find(name);
    if (same == running.end()) continue;
    Subject to;
    to.*member = same->second;
    Subject from;
    from.*member = entry;
    copy_changeable(section, to, from);
    entry = to.*member;
  }
  return entries;
}

Settings with_changes(const Settings& running, const Settings& wanted) {
  Subject to;
  to.settings = running;
  Subject from;
  from.settings = wanted;
  copy_changeable("", to, from);
  to.settings.databases = changed_entries(running.databases, wanted.databases, &Subject::database, "databases.<name>.");
  to.settings.users = changed_entries(running.users, wanted.users, &Subject::user, "users.<name>.");
  to.settings.peers = changed_entries(running.peers, wanted.peers, &Subject::peer, "peers.<name>.");
  to.settings.auth = wanted.auth;
  to.settings.ident_maps = wanted.ident_maps;
  return std::move(to.settings);
}

// Those of `entries` that are not among `others`.
template <typename Entries>
void list_missing(std::string_view kind, const Entries& entries, const Entries& others,
                  std::vector<std::string>& missing) {
  for (const auto& [name, entry] : entries) {
    if (!others.contains(name)) missing.push_back(std::string(kind) + "." + name);
  }
}

bool is_of_any(std::string_view path, const std::vector<std::string>& entries) {
  return std::ranges::any_of(entries, [path](const auto& entry) {
    return path.starts_with(entry) && path.substr(entry.size()).starts_with('.');
  });
}

// Of a list that is taken as a whole.
bool is_in_list(std::string_view path) {
  return path.starts_with("auth[") || path.starts_with("ident_maps.");
}

// --- one option

// The options of one kind of entry are in the table by the name "<name>".
struct Target {
  const Option* option = nullptr;
  std::string database = {};
  std::string user = {};
  std::string peer = {};
};

template <typename Entries>
std::pair<const Option*, std::string> find_in_entries(std::string_view path, std::string_view kind,
                                                      const Entries& entries) {
  for (const auto& [name, entry] : entries) {
    const auto front = std::string(kind) + "." + name + ".";
    if (!path.starts_with(front)) continue;
    const auto* option = find_option(std::string(kind) + ".<name>." + std::string(path.substr(front.size())));
    if (option != nullptr) return {option, name};
  }
  return {};
}

Target find_target(const Settings& settings, std::string_view path) {
  if (path.find('<') != std::string_view::npos) return {};
  if (const auto* option = find_option(path)) return {.option = option};
  const auto [of_database, database] = find_in_entries(path, "databases", settings.databases);
  if (of_database != nullptr) return {.option = of_database, .database = database};
  const auto [of_peer, peer] = find_in_entries(path, "peers", settings.peers);
  if (of_peer != nullptr) return {.option = of_peer, .peer = peer};
  const auto [of_user, user] = find_in_entries(path, "users", settings.users);
  return {.option = of_user, .user = user};
}

std::string unknown_option(const Settings& settings, std::string_view path) {
  std::vector<std::string> paths;
  OptionWalk(settings).for_each(
      [&](std::string known, const Option&, const Field&) { paths.push_back(std::move(known)); });
  if (is_in_list(path)) return std::string(path) + " cannot be set: change the configuration, and reload it";
  const std::vector<std::string_view> views(paths.begin(), paths.end());
  // The last name alone, as PgBouncer has it.
  const auto same = std::ranges::find(views, path, [](std::string_view known) { return split_path(known).key; });
  const auto nearest = same != views.end() ? std::optional(*same) : nearest_word(path, views);
  return "there is no option \"" + std::string(path) + "\"" +
         (nearest ? ": perhaps " + std::string(*nearest) : "; SHOW CONFIG lists them");
}

// What is read from other files, and what was made explicit, need not look right once more.
std::optional<std::string> new_problem(const Settings& before, const Settings& after) {
  ProblemList known("SET");
  check_across(before, known);
  ProblemList problems("SET");
  check_across(after, problems);
  const auto old = known.sorted();
  for (const auto& problem : problems.sorted()) {
    if (std::ranges::find(old, problem.text, &Problem::text) == old.end()) return problem.text;
  }
  return std::nullopt;
}

}  // namespace

bool LiveChanges::has_other_entries() const {
  const auto is_of_entry = [](std::string_view path) {
    return path.starts_with("databases.") || path.starts_with("users.");
  };
  return !added.empty() || !removed.empty() || std::ranges::any_of(replaced, is_of_entry);
}

LiveChanges live_changes(const Settings& running, const Settings& wanted) {
  LiveChanges changes;
  changes.settings = with_changes(running, wanted);
  list_missing("databases", wanted.databases, running.databases, changes.added);
  list_missing("users", wanted.users, running.users, changes.added);
  list_missing("peers", wanted.peers, running.peers, changes.added);
  list_missing("databases", running.databases, wanted.databases, changes.removed);
  list_missing("users", running.users, wanted.users, changes.removed);
  list_missing("peers", running.peers, wanted.peers, changes.removed);
  const auto before = told_by(running);
  const auto after = told_by(wanted);
  std::set<std::string> paths;
  for (const auto* all : {&before, &after}) {
    for (const auto& [path, told] : *all) {
      if (!is_of_any(path, changes.added) && !is_of_any(path, changes.removed)) paths.insert(path);
    }
  }
  std::set<std::string> changed;
  for (const auto& path : paths) {
    const auto was = before.find(path);
    const auto is = after.find(path);
    const bool is_in_both = was != before.end() && is != after.end();
    if (is_in_both && was->second.text == is->second.text) continue;
    const auto reload = is_in_both ? was->second.reload : Reload::Restart;
    if (is_in_list(path)) {
      changed.insert(path.substr(0, path.find('[')));
    } else if (reload == Reload::Live || reload == Reload::Reopen) {
      changed.insert(path);
    } else if (reload == Reload::Replace) {
      changes.replaced.push_back(path);
    } else {
      changes.need_restart.push_back(path);
    }
  }
  changes.changed.assign(changed.begin(), changed.end());
  return changes;
}

std::expected<Settings, std::string> with_option(const Settings& running, std::string_view path,
                                                 const std::string& text) {
  const auto target = find_target(running, path);
  if (target.option == nullptr) return std::unexpected(unknown_option(running, path));
  if (target.option->reload == Reload::Restart) {
    return std::unexpected(std::string(path) + " cannot be changed while howdah runs: it needs a restart");
  }
  if (target.option->reload != Reload::Live) {
    return std::unexpected(std::string(path) + " cannot be set: change the configuration, and reload it");
  }
  Subject subject;
  subject.settings = running;
  if (!target.database.empty()) subject.database = running.databases.at(target.database);
  if (!target.user.empty()) subject.user = running.users.at(target.user);
  if (!target.peer.empty()) subject.peer = running.peers.at(target.peer);
  const auto mistakes = read_field(target.option->field(subject), {.kind = TreeNode::Kind::Scalar, .text = text}, {});
  if (!mistakes.empty()) {
    return std::unexpected(std::string(path) + ": found " + mistakes.front().found + ", expected " +
                           mistakes.front().expected);
  }
  if (!target.database.empty()) subject.settings.databases[target.database] = subject.database;
  if (!target.user.empty()) subject.settings.users[target.user] = subject.user;
  if (!target.peer.empty()) subject.settings.peers[target.peer] = subject.peer;
  if (const auto problem = new_problem(running, subject.settings)) return std::unexpected(*problem);
  return std::move(subject.settings);
}

}  // namespace howdah::config
