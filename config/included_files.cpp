#include "config/included_files.h"

#include <utility>

#include "config/hba_file.h"
#include "config/ident_file.h"
#include "config/plain_text.h"
#include "config/rule_checks.h"
#include "config/user_list.h"

namespace howdah::config {

namespace {

void refuse_file(const std::string& option, const std::string& path, const std::string& reason, ProblemList& problems) {
  problems.add(option, {problems.line_of(option),
                        "the file " + in_quotes(path) + ", which cannot be read (" + reason + ")", "a file"});
}

// False, and a problem, where others can read it.
bool check_private(const std::string& option, const std::string& path, const Outside& outside, ProblemList& problems) {
  const auto is_private = outside.check_privacy(path);
  if (is_private) return true;
  problems.add(option, {problems.line_of(option), "the file " + in_quotes(path) + " (" + is_private.error() + ")",
                        kPrivateFile});
  return false;
}

// False where both are given.
bool check_only(const std::string& option, const std::string& other, bool has_other, ProblemList& problems) {
  if (has_other) problems.add(option, {problems.line_of(option), option + " beside " + other, "one of them"});
  return !has_other;
}

void check_needs(const std::vector<HbaRule>& rules, const Settings& settings, ProblemList& problems) {
  const HbaRule* previous = nullptr;
  for (const auto& rule : rules) {
    // A record for all addresses is two rules: what both need is told once.
    const bool is_told = previous != nullptr && previous->line == rule.line && previous->file == rule.file;
    previous = &rule;
    if (is_told) continue;
    for (const auto& mistake : check_needs_of_rule(rule.rule, settings)) {
      problems.add_elsewhere({.file = rule.file, .line = rule.line, .text = hba_text(mistake)});
    }
  }
}

}  // namespace

void include_ident_file(Settings& settings, const Outside& outside, ProblemList& problems) {
  const auto& path = settings.ident_file;
  if (path.empty() || !check_only("ident_file", "ident_maps", !settings.ident_maps.empty(), problems)) return;
  auto file = read_ident_file(path, outside);
  if (!file) return refuse_file("ident_file", path, file.error(), problems);
  settings.ident_maps = std::move(file->maps);
  for (auto& problem : file->problems) problems.add_elsewhere(std::move(problem));
}

void include_hba_file(Settings& settings, const Outside& outside, ProblemList& problems) {
  const auto& path = settings.hba_file;
  if (path.empty() || !check_only("hba_file", "auth", !settings.auth.empty(), problems)) return;
  auto file = read_hba_file(path, outside);
  if (!file) return refuse_file("hba_file", path, file.error(), problems);
  for (auto& problem : file->problems) problems.add_elsewhere(std::move(problem));
  check_needs(file->rules, settings, problems);
  for (auto& rule : file->rules) settings.auth.push_back(std::move(rule.rule));
  // No rule at all would mean something else than rules that nobody can match.
  if (settings.auth.empty()) settings.auth.push_back({.method = AuthMethod::Reject});
}

void include_user_list(Settings& settings, const Outside& outside, ProblemList& problems) {
  const auto& path = settings.user_list;
  if (path.empty()) return;
  const auto content = outside.read_file(path);
  if (!content) return refuse_file("user_list", path, content.error(), problems);
  if (!check_private("user_list", path, outside, problems)) return;
  auto list = read_user_list(*content);
  for (const auto& mistake : list.mistakes) {
    problems.add_elsewhere({.file = path, .line = mistake.line, .text = mistake.text()});
  }
  for (auto& [name, secret] : list.secrets) {
    auto& user = settings.users[name];
    user.name = name;
    if (!user.password) user.password = std::move(secret);
  }
}

void check_key_file(const Settings& settings, const Outside& outside, ProblemList& problems) {
  const auto& tls = settings.client.tls;
  if (tls.mode != TlsMode::Disable && !tls.key.empty()) check_private("client.tls.key", tls.key, outside, problems);
}

}  // namespace howdah::config
