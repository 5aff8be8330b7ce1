#include "protocol/name_graph.h"

#include <initializer_list>

#include "protocol/function_body.h"

namespace howdah::protocol {

void NameGraph::add_text(const std::string& name, Use use, std::string_view language, std::string_view text) {
  auto& node = nodes_[name];
  auto& own = use == Use::ByWriting ? node.traces.by_writing : node.traces.always;
  (void)own.add(traces_of_body(language, text));
  bool is_writing = false;
  for (auto word = next_word(text); !word.empty(); word = next_word(text)) {
    is_writing = is_writing || writes_rows(word);
    const auto key = key_of_word(word);
    switch (use) {
      case Use::Always:
        (is_writing ? node.writes : node.runs).insert(key);
        break;
      case Use::ByWriting:
        (is_writing ? node.writes_by_writing : node.runs_by_writing).insert(key);
        break;
      case Use::AsView:
        node.shares.insert(key);
        break;
    }
  }
}

bool NameGraph::take_from(Node& node, const std::string& name, const NameTraces& traces) {
  bool is_changed = false;
  const auto take = [&](StateTraces& to, const StateTraces& from) { is_changed = to.add(from) || is_changed; };
  auto& [always, by_writing] = node.traces;
  const bool is_shared = node.shares.contains(name);
  const bool is_written = node.writes.contains(name);
  const bool is_written_by_writing = node.writes_by_writing.contains(name);
  if (is_shared || is_written || node.runs.contains(name)) take(always, traces.always);
  if (is_written) take(always, traces.by_writing);
  if (is_written_by_writing || node.runs_by_writing.contains(name)) take(by_writing, traces.always);
  if (is_shared || is_written_by_writing) take(by_writing, traces.by_writing);
  return is_changed;
}

std::map<std::string_view, std::set<std::string_view>> NameGraph::users() const {
  std::map<std::string_view, std::set<std::string_view>> users;
  for (const auto& [name, node] : nodes_) {
    for (const auto* names : {&node.runs, &node.writes, &node.runs_by_writing, &node.writes_by_writing, &node.shares}) {
      for (const auto& used : *names) {
        if (nodes_.contains(used)) users[used].insert(name);
      }
    }
  }
  return users;
}

// What each may leave goes to those that use it, until nothing changes.
TellingNames::Map NameGraph::telling() {
  const auto users_of = users();
  const auto is_telling = [](const NameTraces& traces) {
    return !traces.always.is_empty() || !traces.by_writing.is_empty();
  };
  std::set<std::string, std::less<>> changed;
  for (const auto& [name, node] : nodes_) {
    if (is_telling(node.traces)) changed.insert(name);
  }
  while (!changed.empty()) {
    const auto name = changed.extract(changed.begin()).value();
    const auto users = users_of.find(name);
    if (users == users_of.end()) continue;
    for (const auto user : users->second) {
      if (take_from(nodes_.find(user)->second, name, nodes_.find(name)->second.traces)) changed.emplace(user);
    }
  }
  TellingNames::Map names;
  for (const auto& [name, node] : nodes_) {
    if (is_telling(node.traces)) names.emplace(name, node.traces);
  }
  return names;
}

}  // namespace howdah::protocol
