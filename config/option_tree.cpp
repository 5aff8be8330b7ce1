#include "config/option_tree.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace howdah::config {

namespace {

constexpr std::size_t kMostSteps = 16;  // as deep as a document may be

std::string shown(const std::vector<std::string>& path) {
  std::string text;
  for (const auto& step : path) text += (text.empty() ? "" : ".") + step;
  return text;
}

TreeNode text_node(const std::string& text) {
  return {.kind = TreeNode::Kind::Scalar, .text = text};
}

std::optional<TreeNode> value_of(const GivenOption& option, ProblemList& problems) {
  TreeNode node;
  switch (option.kind) {
    case GivenOption::Kind::Text:
      return text_node(option.values.front());
    case GivenOption::Kind::List:
      node.kind = TreeNode::Kind::List;
      for (const auto& value : option.values) node.items.push_back(text_node(value));
      return node;
    case GivenOption::Kind::Yaml:
      break;
  }
  auto read = read_document(option.values.front());
  if (read) return *std::move(read);
  const auto& error = read.error();
  const auto within = error.path.empty() ? "" : "." + error.path;
  problems.add(shown(option.path) + within, {.line = 0, .found = error.found, .expected = error.expected});
  return std::nullopt;
}

// The value of that name; there is one afterwards.
TreeNode& child(TreeNode& parent, const std::string& key) {
  if (parent.kind != TreeNode::Kind::Map) {
    parent.kind = TreeNode::Kind::Map;
    parent.items.clear();
  }
  const auto found = std::ranges::find(parent.items, key, &TreeNode::key);
  if (found != parent.items.end()) return *found;
  return parent.items.emplace_back(TreeNode{.key = key});
}

}  // namespace

TreeNode tree_of_options(const std::vector<GivenOption>& options, ProblemList& problems) {
  TreeNode root{.kind = TreeNode::Kind::Map};
  for (const auto& option : options) {
    if (option.path.empty() || option.path.size() > kMostSteps) {
      problems.add(
          "",
          {.line = 0, .found = "a path of " + std::to_string(option.path.size()) + " steps", .expected = "1 to 16"});
      continue;
    }
    auto value = value_of(option, problems);
    if (!value) continue;
    auto* place = &root;
    for (const auto& step : option.path) place = &child(*place, step);
    value->key = std::exchange(place->key, {});
    *place = *std::move(value);
  }
  return root;
}

}  // namespace howdah::config
