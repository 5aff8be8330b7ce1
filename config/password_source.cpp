#include "config/password_source.h"

#include "config/plain_text.h"
#include "protocol/password.h"

namespace howdah::config {

namespace {

using Result = std::expected<std::string, Mistake>;

std::unexpected<Mistake> refuse(int line, std::string found, std::string expected) {
  return std::unexpected(Mistake{line, std::move(found), std::move(expected)});
}

Result checked(std::string text, const TreeNode& node, const std::string& source) {
  if (text.find('\0') != std::string::npos) {
    return refuse(node.line, source + " with a zero byte", "a password without");
  }
  const auto secret = protocol::parse_secret(text);
  if (!secret) {
    return refuse(node.line, source + " that is no password (" + secret.error() + ")",
                  "plain text, md5 and 32 hex digits, or a whole SCRAM-SHA-256 verifier");
  }
  return text;
}

Result read_from_file(const TreeNode& path, const Outside& outside) {
  auto content = outside.read_file(path.text);
  const auto name = "the file " + quoted(path.text);
  if (!content) return refuse(path.line, name + ", which cannot be read (" + content.error() + ")", "a file");
  if (content->ends_with('\n')) content->pop_back();
  if (content->ends_with('\r')) content->pop_back();
  return checked(*std::move(content), path, name);
}

Result read_from_environment(const TreeNode& variable, const Outside& outside) {
  auto content = outside.environment(variable.text);
  const auto name = "the environment variable " + quoted(variable.text);
  if (!content) return refuse(variable.line, name + ", which is not set", "one that is set");
  return checked(*std::move(content), variable, name);
}

}  // namespace

Result read_password(const TreeNode& node, const Outside& outside) {
  if (node.kind == TreeNode::Kind::Scalar) return checked(node.text, node, "a text");
  constexpr auto kForms = "a text, {file: path} or {env: NAME}";
  if (node.kind == TreeNode::Kind::Nothing) return refuse(node.line, "nothing", kForms);
  if (node.kind == TreeNode::Kind::List) return refuse(node.line, "a list", kForms);
  const bool is_one_name = node.items.size() == 1 && node.items.front().kind == TreeNode::Kind::Scalar;
  if (is_one_name && node.items.front().key == "file") return read_from_file(node.items.front(), outside);
  if (is_one_name && node.items.front().key == "env") return read_from_environment(node.items.front(), outside);
  return refuse(node.line, "a section of another form", kForms);
}

}  // namespace howdah::config
