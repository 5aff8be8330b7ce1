#include "config/pgbouncer/yaml_tree.h"

#include <algorithm>
#include <ranges>

#include "config/pgbouncer/text.h"

namespace howdah::config::pgbouncer {

namespace {

constexpr std::size_t kWidth = 118;

// Letters that mean nothing in YAML, wherever they stand; the words that do are no values of ours.
bool is_plain(std::string_view text) {
  const auto is_harmless = [](char letter) {
    return is_letter_or_digit(letter) || std::string_view("_./+$").contains(letter);
  };
  const auto is_inside = [&](char letter) { return is_harmless(letter) || letter == '-'; };
  if (text.empty() || !is_harmless(text.front()) || !std::ranges::all_of(text, is_inside)) return false;
  const auto word = lower_case(text);
  constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  return std::ranges::find(kWords, word) == std::end(kWords) || word == "true" || word == "false";
}

std::string scalar(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string quoted = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') quoted += '\\';
    if (letter == '\n') {
      quoted += "\\n";
    } else if (letter == '\t') {
      quoted += "\\t";
    } else {
      quoted += letter;
    }
  }
  return quoted + '"';
}

class Writer {
 public:
  void write(const YamlNode& node, std::size_t depth);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void write_children(const YamlNode& section, std::size_t depth);
  void write_comment(const std::string& comment, std::size_t depth);
  void begin_line(std::size_t depth) {
    if (!is_behind_dash_) text_.append(depth * 2, ' ');
    is_behind_dash_ = false;
  }

  std::string text_;
  bool is_behind_dash_ = false;
};

// Whether there is nothing in it but comments.
bool is_all_notes(const YamlNode& node) {
  const auto is_note = [](const YamlNode& child) { return child.kind == YamlNode::Kind::Note; };
  return node.kind == YamlNode::Kind::Section && std::ranges::all_of(node.children, is_note);
}

bool is_empty(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::Items) return node.children.empty();
  return node.kind == YamlNode::Kind::Section && std::ranges::all_of(node.children, is_empty);
}

void Writer::write(const YamlNode& node, std::size_t depth) {
  if (is_empty(node)) return;
  if (node.kind != YamlNode::Kind::Note && is_all_notes(node)) return write_children(node, depth);
  write_comment(node.comment, depth);
  if (node.kind == YamlNode::Kind::Note) return;
  begin_line(depth);
  text_ += scalar(node.key) + ":";
  switch (node.kind) {
    case YamlNode::Kind::Scalar:
      text_ += " " + scalar(node.values.front()) + "\n";
      return;
    case YamlNode::Kind::List:
      text_ += " [";
      for (const auto& value : node.values) text_ += (text_.ends_with('[') ? "" : ", ") + scalar(value);
      text_ += "]\n";
      return;
    case YamlNode::Kind::Items:
      text_ += "\n";
      for (const auto& item : node.children) {
        text_.append((depth + 1) * 2, ' ').append("- ");
        is_behind_dash_ = true;
        write_children(item, depth + 2);
      }
      return;
    case YamlNode::Kind::Section:
      text_ += "\n";
      return write_children(node, depth + 1);
    case YamlNode::Kind::Note:
      return;
  }
}

void Writer::write_children(const YamlNode& section, std::size_t depth) {
  for (const auto& child : section.children) write(child, depth);
}

// In lines of a width that can be read.
void Writer::write_comment(const std::string& comment, std::size_t depth) {
  if (comment.empty()) return;
  for (const auto line : std::views::split(std::string_view(comment), '\n')) {
    std::string rest(line.begin(), line.end());
    do {
      auto end = rest.size();
      if (end + depth * 2 + 2 > kWidth) end = std::min(rest.rfind(' ', kWidth - depth * 2 - 2), end);
      begin_line(depth);
      text_.append("# ").append(rest, 0, end).append("\n");
      rest.erase(0, std::min(end + 1, rest.size()));
    } while (!rest.empty());
  }
}

}  // namespace

YamlNode& YamlNode::section(std::string_view name) {
  const auto found = std::ranges::find_if(
      children, [&](const YamlNode& child) { return child.kind != Kind::Note && child.key == name; });
  if (found != children.end()) return *found;
  return children.emplace_back(YamlNode{.key = std::string(name)});
}

void YamlNode::set(std::string_view name, std::string value, std::string remark) {
  auto& node = section(name);
  node.kind = Kind::Scalar;
  node.values = {std::move(value)};
  node.comment = std::move(remark);
}

void YamlNode::set_list(std::string_view name, std::vector<std::string> items, std::string remark) {
  auto& node = section(name);
  node.kind = Kind::List;
  node.values = std::move(items);
  node.comment = std::move(remark);
}

bool YamlNode::has(std::string_view name) const {
  return std::ranges::any_of(children,
                             [&](const YamlNode& child) { return child.kind != Kind::Note && child.key == name; });
}

void set_at(YamlNode& root, std::string_view path, std::string value, std::string comment) {
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return root.set(path, std::move(value), std::move(comment));
  section_at(root, path.substr(0, dot)).set(path.substr(dot + 1), std::move(value), std::move(comment));
}

YamlNode& section_at(YamlNode& root, std::string_view path) {
  auto* place = &root;
  while (!path.empty()) {
    const auto dot = std::min(path.find('.'), path.size());
    place = &place->section(path.substr(0, dot));
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return *place;
}

std::string yaml_text(const YamlNode& root) {
  Writer writer;
  for (const auto& child : root.children) writer.write(child, 0);
  return writer.take();
}

}  // namespace howdah::config::pgbouncer
