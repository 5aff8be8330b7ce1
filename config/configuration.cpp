#include "config/configuration.h"

#include <algorithm>

#include "config/cross_checks.h"
#include "config/document.h"
#include "config/included_files.h"
#include "config/option_tree.h"
#include "config/problem_list.h"
#include "config/settings_reader.h"

namespace howdah::config {

namespace {

using Result = std::expected<Settings, std::vector<Problem>>;

enum class Source { File, Memory };

void check_file(const std::string& name, const std::optional<SettingsReader::SecretPlace>& secret,
                const Outside& outside, ProblemList& problems) {
  if (!secret) return;
  const auto is_private = outside.check_privacy(name);
  if (is_private) return;
  problems.add(secret->path, {secret->line, "a secret in a file that others may read (" + is_private.error() + ")",
                              "it in " + std::string(kPrivateFile)});
}

Result read_tree(const TreeNode& root, const std::string& name, Source source, const Outside& outside) {
  ProblemList problems(name);
  SettingsReader reader(outside, problems);
  auto settings = reader.read(root);
  if (source == Source::File) check_file(name, reader.first_secret(), outside, problems);
  include_ident_file(settings, outside, problems);
  check_across(settings, problems);
  include_hba_file(settings, outside, problems);
  include_user_list(settings, outside, problems);
  check_key_file(settings, outside, problems);
  check_libpq(settings, outside, problems);
  if (!problems.is_empty()) return std::unexpected(problems.sorted());
  make_explicit(settings);
  return settings;
}

TreeNode text_node(const std::string& text) {
  return {.kind = TreeNode::Kind::Scalar, .text = text};
}

TreeNode map_of(std::string key, TreeNode value) {
  value.key = std::move(key);
  return {.kind = TreeNode::Kind::Map, .items = {std::move(value)}};
}

// Speaks of what the user has typed.
void name_command_line_option(Problem& problem) {
  constexpr std::string_view kBackend = "databases.*.backend:";
  constexpr std::string_view kListen = "listen:";
  if (problem.text.starts_with(kBackend)) problem.text.replace(0, kBackend.size(), "--backend:");
  if (problem.text.starts_with(kListen)) problem.text.replace(0, kListen.size(), "--listen:");
}

Result read_text(std::string_view yaml_text, const std::string& name, Source source, const Outside& outside) {
  const auto root = read_document(yaml_text);
  if (root) return read_tree(*root, name, source, outside);
  ProblemList problems(name);
  const auto& error = root.error();
  problems.add(error.path, {error.line, error.found, error.expected});
  return std::unexpected(problems.sorted());
}

}  // namespace

Result read_configuration(std::string_view yaml_text, const std::string& file_name, const Outside& outside) {
  return read_text(yaml_text, file_name, Source::File, outside);
}

Result read_configuration_from_memory(std::string_view yaml_text, const std::string& name, const Outside& outside) {
  return read_text(yaml_text, name, Source::Memory, outside);
}

Result configuration_of_options(const std::vector<GivenOption>& options, const std::string& name,
                                const Outside& outside) {
  ProblemList problems(name);
  const auto root = tree_of_options(options, problems);
  if (!problems.is_empty()) return std::unexpected(problems.sorted());
  return read_tree(root, name, Source::Memory, outside);
}

Result configuration_without_file(const std::string& backend, const std::vector<std::string>& listen,
                                  const Outside& outside) {
  TreeNode addresses{.kind = TreeNode::Kind::List, .key = "listen"};
  for (const auto& address : listen) addresses.items.push_back(text_node(address));
  auto root = map_of("databases", map_of("*", map_of("backend", text_node(backend))));
  root.items.push_back(std::move(addresses));
  auto settings = read_tree(root, "command line", Source::Memory, outside);
  if (!settings) {
    std::ranges::for_each(settings.error(), name_command_line_option);
    return settings;
  }
  settings->auth = {AuthRule{.method = AuthMethod::Backend}};  // there is no list of users
  return settings;
}

}  // namespace howdah::config
