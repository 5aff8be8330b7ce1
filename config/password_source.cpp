#include "config/password_source.h"

#include "config/plain_text.h"
#include "protocol/password.h"

namespace howdah::config {

namespace {

using Result = std::expected<std::string, Mistake>;

std::unexpected<Mistake> refuse(int line, std::string found, std::string expected) {
  return std::unexpected(Mistake{line, std::move(found), std::move(expected)});
}

// A text, and where it comes from, for a message.
struct Source {
  std::string text;
  std::string name;
  int line;
};

std::expected<Source, Mistake> read_file(const TreeNode& path, const Outside& outside) {
  auto content = outside.read_file(path.text);
  auto name = "the file " + in_quotes(path.text);
  if (!content) return refuse(path.line, name + ", which cannot be read (" + content.error() + ")", "a file");
  if (const auto is_private = outside.check_privacy(path.text); !is_private) {
    return refuse(path.line, name + " (" + is_private.error() + ")", kPrivateFile);
  }
  if (content->ends_with('\n')) content->pop_back();
  if (content->ends_with('\r')) content->pop_back();
  return Source{*std::move(content), std::move(name), path.line};
}

std::expected<Source, Mistake> read_environment(const TreeNode& variable, const Outside& outside) {
  auto content = outside.environment(variable.text);
  auto name = "the environment variable " + in_quotes(variable.text);
  if (!content) return refuse(variable.line, name + ", which is not set", "one that is set");
  return Source{*std::move(content), std::move(name), variable.line};
}

std::expected<Source, Mistake> read_source(const TreeNode& node, const Outside& outside) {
  if (node.kind == TreeNode::Kind::Scalar) return Source{node.text, "a text", node.line};
  constexpr auto kForms = "a text, {file: path} or {env: NAME}";
  if (node.kind == TreeNode::Kind::Nothing) return refuse(node.line, "nothing", kForms);
  if (node.kind == TreeNode::Kind::List) return refuse(node.line, "a list", kForms);
  const bool is_one_name = node.items.size() == 1 && node.items.front().kind == TreeNode::Kind::Scalar;
  if (is_one_name && node.items.front().key == "file") return read_file(node.items.front(), outside);
  if (is_one_name && node.items.front().key == "env") return read_environment(node.items.front(), outside);
  return refuse(node.line, "a section of another form", kForms);
}

Result without_zero_bytes(Source source) {
  if (source.text.find('\0') == std::string::npos) return std::move(source.text);
  return refuse(source.line, source.name + " with a zero byte", "a password without");
}

}  // namespace

Result read_password(const TreeNode& node, const Outside& outside) {
  auto source = read_source(node, outside);
  if (!source) return std::unexpected(source.error());
  const auto secret = protocol::parse_secret(source->text);
  if (!secret) {
    return refuse(source->line, source->name + " that is no password (" + secret.error() + ")",
                  "plain text, md5 and 32 hex digits, or a whole SCRAM-SHA-256 verifier");
  }
  return without_zero_bytes(*std::move(source));
}

Result read_secret(const TreeNode& node, const Outside& outside) {
  auto source = read_source(node, outside);
  if (!source) return std::unexpected(source.error());
  if (source->text.empty()) return refuse(source->line, source->name + " that is empty", "a password");
  return without_zero_bytes(*std::move(source));
}

}  // namespace howdah::config
