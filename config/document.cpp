#include "config/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <map>
#include <optional>
#include <sstream>

#include "config/plain_text.h"

namespace howdah::config {

namespace {

// Counts from 1; yaml-cpp counts from 0, and has -1 for "nowhere".
int line_of(const YAML::Mark& mark) {
  return mark.line < 0 ? 0 : mark.line + 1;
}

// yaml-cpp's words for no tag, and the tags of YAML itself, which say nothing new.
bool is_plain_tag(std::string_view tag) {
  return tag.empty() || tag == "?" || tag == "!" || tag.starts_with("tag:yaml.org,2002:");
}

std::size_t weight(const TreeNode& node) {
  std::size_t bytes = sizeof(TreeNode) + node.text.size() + node.key.size();
  for (const auto& item : node.items) bytes += weight(item);
  return bytes;
}

// Takes the parser's events. Keeps the first error and is deaf afterwards: nothing is thrown through the
// parser.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const DocumentLimits& limits) : limits_(limits) {}

  // The tree, or the first error. Called once, at the end.
  [[nodiscard]] std::expected<TreeNode, DocumentError> take() {
    if (error_) return std::unexpected(*std::move(error_));
    return std::move(root_);
  }
  void fail(int line, std::string found, std::string expected) {
    if (!error_) error_ = DocumentError{line, path(), std::move(found), std::move(expected)};
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(TreeNode{.kind = TreeNode::Kind::Nothing, .line = line_of(mark)}, anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(TreeNode::Kind::List, line_of(mark), anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(TreeNode::Kind::Map, line_of(mark), anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Key {
    std::string text;
    int line;
  };
  // A list or map whose end has not been met.
  struct Unfinished {
    TreeNode node;
    YAML::anchor_t anchor = 0;
    std::optional<Key> key;  // its value is still to come
  };

  [[nodiscard]] std::string path() const;
  void open(TreeNode::Kind kind, int line, YAML::anchor_t anchor);
  void close();
  void add(TreeNode node, YAML::anchor_t anchor);
  void put(TreeNode node);

  const DocumentLimits& limits_;
  std::optional<DocumentError> error_;
  TreeNode root_;
  std::vector<Unfinished> unfinished_;
  std::map<YAML::anchor_t, TreeNode> anchored_;
  std::size_t node_count_ = 0;
  std::size_t repeated_bytes_ = 0;
};

std::string TreeBuilder::path() const {
  std::string keys;
  for (const auto& part : unfinished_) {
    if (part.key) keys += (keys.empty() ? "" : ".") + printable(part.key->text);
  }
  return keys;
}

void TreeBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  if (error_) return;
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end()) return fail(line_of(mark), "an alias inside of what it names", "a value");
  repeated_bytes_ += weight(found->second);
  if (repeated_bytes_ > limits_.repeated_bytes) {
    return fail(line_of(mark), "aliases that repeat too much",
                "at most " + std::to_string(limits_.repeated_bytes) + " bytes repeated");
  }
  add(found->second, 0);
}

void TreeBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  if (error_) return;
  const int line = line_of(mark);
  // An unquoted password that begins with '!' would lose its first word.
  if (!is_plain_tag(tag)) return fail(line, "a tag", "a value without; a text that begins with ! needs quotes");
  if (value.size() > limits_.scalar_bytes) {
    return fail(line, "a text of " + std::to_string(value.size()) + " bytes",
                "at most " + std::to_string(limits_.scalar_bytes));
  }
  if (value.find('\0') != std::string::npos) return fail(line, "a text with a zero byte", "a text without");
  add(TreeNode{.kind = TreeNode::Kind::Scalar, .line = line, .text = value}, anchor);
}

void TreeBuilder::open(TreeNode::Kind kind, int line, YAML::anchor_t anchor) {
  if (error_) return;
  if (unfinished_.size() >= limits_.depth) {
    return fail(line, "lists and sections inside each other too deep",
                "at most " + std::to_string(limits_.depth) + " levels");
  }
  unfinished_.push_back({.node = TreeNode{.kind = kind, .line = line}, .anchor = anchor, .key = {}});
}

void TreeBuilder::close() {
  if (error_) return;
  auto finished = std::move(unfinished_.back());
  unfinished_.pop_back();
  add(std::move(finished.node), finished.anchor);
}

void TreeBuilder::add(TreeNode node, YAML::anchor_t anchor) {
  if (error_) return;
  if (++node_count_ > limits_.nodes) {
    return fail(node.line, "more values than a configuration has", "at most " + std::to_string(limits_.nodes));
  }
  if (anchor != 0) anchored_[anchor] = node;
  put(std::move(node));
}

void TreeBuilder::put(TreeNode node) {
  if (unfinished_.empty()) {
    root_ = std::move(node);
    return;
  }
  auto& parent = unfinished_.back();
  if (parent.node.kind == TreeNode::Kind::List) {
    parent.node.items.push_back(std::move(node));
  } else if (parent.key) {
    node.key = std::move(parent.key->text);
    node.key_line = parent.key->line;
    parent.key.reset();
    parent.node.items.push_back(std::move(node));
  } else if (node.kind == TreeNode::Kind::Scalar) {
    parent.key = Key{std::move(node.text), node.line};
  } else {
    fail(node.line, "a key that is not a text", "a name in front of the colon");
  }
}

// Of yaml-cpp's words the part that quotes nothing: the rest may be of a password.
std::string reason_of(const YAML::Exception& exception) {
  const std::string_view text = exception.msg;
  const std::string_view anchor = YAML::ErrorMsg::UNKNOWN_ANCHOR;
  return std::string(text.substr(0, text.starts_with(anchor) ? anchor.size() : text.find(':')));
}

// All that may throw.
void parse(std::string_view text, TreeBuilder& builder) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder) && parser.HandleNextDocument(builder)) {
      builder.fail(0, "a second document", "one");
    }
  } catch (const YAML::Exception& exception) {
    builder.fail(line_of(exception.mark), "what is not YAML (" + reason_of(exception) + ")", "YAML");
  } catch (const std::exception& exception) {
    builder.fail(0, std::string("what cannot be read (") + exception.what() + ")", "YAML");
  }
}

}  // namespace

std::expected<TreeNode, DocumentError> read_document(std::string_view text, const DocumentLimits& limits) {
  if (text.size() > limits.text_bytes) {
    return std::unexpected(DocumentError{.line = 0,
                                         .path = {},
                                         .found = std::to_string(text.size()) + " bytes",
                                         .expected = "at most " + std::to_string(limits.text_bytes)});
  }
  if (const auto bad = find_bad_byte(text)) {
    return std::unexpected(
        DocumentError{.line = bad->line, .path = {}, .found = std::string(bad->what), .expected = "UTF-8 text"});
  }
  TreeBuilder builder(limits);
  parse(text, builder);
  return builder.take();
}

}  // namespace howdah::config
