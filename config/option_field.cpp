#include "config/option_field.h"

#include "config/listen_address.h"
#include "config/origin.h"
#include "config/password_source.h"
#include "config/plain_text.h"
#include "config/redaction.h"
#include "config/units.h"
#include "config/words.h"

namespace howdah::config {

namespace {

using Mistakes = std::vector<Mistake>;

std::optional<bool> parse_flag(std::string_view text) {
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text == "false" || text == "no" || text == "off") return false;
  return std::nullopt;
}

std::optional<int> parse_instance(std::string_view text) {
  const auto number = parse_whole_number(text);
  if (!number || *number < 0 || *number > kMostInstances) return std::nullopt;
  return static_cast<int>(*number);
}

std::optional<int> parse_workers(std::string_view text) {
  if (text == "auto") return 0;
  const auto number = parse_whole_number(text);
  if (!number || *number < 1 || *number > kMostWorkers) return std::nullopt;
  return static_cast<int>(*number);
}

Mistake wrong(const TreeNode& node, std::string expected) {
  return {node.line, found_text(node), std::move(expected)};
}

Mistake bad_expression(const TreeNode& node, const std::string& reason) {
  return {node.line, found_text(node) + " (" + reason + ")", "a name, or / and a regular expression"};
}

// One overload for each kind.
class FieldReader {
 public:
  FieldReader(const Field& field, const TreeNode& node, const Outside& outside)
      : field_(field), node_(node), outside_(outside) {}

  Mistakes operator()(const Count& count) const {
    const auto number = scalar().and_then(parse_whole_number);
    if (!number || *number < count.least || *number > count.most) return refused();
    *count.value = static_cast<int>(*number);
    return {};
  }
  Mistakes operator()(const WorkerCount& count) const { return store(count.value, scalar().and_then(parse_workers)); }
  Mistakes operator()(const InstanceNumber& number) const;
  Mistakes operator()(const Duration& duration) const {
    const auto time = scalar().and_then(parse_duration);
    if (!time || *time < duration.least || *time > duration.most) return refused();
    *duration.value = *time;
    return {};
  }
  Mistakes operator()(const Size& size) const {
    const auto bytes = scalar().and_then(parse_size);
    if (!bytes || *bytes < 0 || *bytes > size.most) return refused();
    *size.value = *bytes;
    return {};
  }
  Mistakes operator()(const Flag& flag) const { return store(flag.value, scalar().and_then(parse_flag)); }
  template <typename Enum>
  Mistakes operator()(const Choice<Enum>& choice) const {
    return store(choice.value, scalar().and_then(parse_word<Enum>));
  }
  template <typename Enum>
  Mistakes operator()(const OptionalChoice<Enum>& choice) const {
    const auto word = scalar().and_then(parse_word<Enum>);
    if (!word) return refused();
    *choice.value = word;
    return {};
  }
  Mistakes operator()(const NameList& list) const;
  Mistakes operator()(const NamePatternList& list) const;
  Mistakes operator()(const SystemUser& user) const;
  Mistakes operator()(const MappedUser& user) const;
  Mistakes operator()(const Text& text) const { return store(text.value, scalar()); }
  Mistakes operator()(const FilePath& path) const;
  Mistakes operator()(const HiddenText& text) const;
  Mistakes operator()(const ListenOne& listen) const;
  Mistakes operator()(const ConnectOne& connect) const;
  Mistakes operator()(const ListenMany& listen) const;
  Mistakes operator()(const Backend& backend) const;
  Mistakes operator()(const Password& password) const;
  Mistakes operator()(const OriginMany& ranges) const;
  Mistakes operator()(const OriginOfRule& rule) const;

 private:
  [[nodiscard]] std::optional<std::string_view> scalar() const {
    return node_.kind == TreeNode::Kind::Scalar ? std::optional<std::string_view>(node_.text) : std::nullopt;
  }
  [[nodiscard]] Mistakes refused() const { return {wrong(node_, expected_text(field_))}; }
  // A list, or one text in place of a list of one.
  [[nodiscard]] std::vector<TreeNode> items() const {
    return node_.kind == TreeNode::Kind::List ? node_.items : std::vector{node_};
  }
  template <typename To, typename From>
  [[nodiscard]] Mistakes store(To* to, const std::optional<From>& value) const {
    if (!value) return refused();
    *to = *value;
    return {};
  }

  const Field& field_;
  const TreeNode& node_;
  const Outside& outside_;
};

Mistakes FieldReader::operator()(const InstanceNumber& number) const {
  if (node_.kind != TreeNode::Kind::Map) return store(number.value, scalar().and_then(parse_instance));
  const auto text = read_secret(node_, outside_);
  if (!text) return {text.error()};
  const auto read = parse_instance(*text);
  if (!read) return {{node_.line, "something else in there", expected_text(field_)}};
  *number.value = *read;
  return {};
}

Mistakes FieldReader::operator()(const NameList& list) const {
  Mistakes mistakes;
  std::vector<std::string> names;
  for (const auto& item : items()) {
    if (item.kind == TreeNode::Kind::Scalar && !item.text.empty()) {
      names.push_back(item.text);
    } else {
      mistakes.push_back(wrong(item, expected_text(field_)));
    }
  }
  if (mistakes.empty()) *list.value = std::move(names);
  return mistakes;
}

Mistakes FieldReader::operator()(const NamePatternList& list) const {
  Mistakes mistakes;
  std::vector<NamePattern> patterns;
  bool is_for_all = false;
  for (const auto& item : items()) {
    if (item.kind != TreeNode::Kind::Scalar || item.text.empty()) {
      mistakes.push_back(wrong(item, expected_text(field_)));
    } else if (item.text == "all") {
      is_for_all = true;
    } else if (list.takes_same_user && item.text == "sameuser") {
      patterns.push_back(NamePattern::same_user());
    } else if (auto pattern = NamePattern::parse(item.text)) {
      patterns.push_back(*std::move(pattern));
    } else {
      mistakes.push_back(bad_expression(item, pattern.error()));
    }
  }
  if (is_for_all) patterns.clear();
  if (mistakes.empty()) *list.value = std::move(patterns);
  return mistakes;
}

Mistakes FieldReader::operator()(const SystemUser& user) const {
  if (!scalar() || node_.text.empty()) return refused();
  auto pattern = NamePattern::parse(node_.text);
  if (!pattern) return {bad_expression(node_, pattern.error())};
  *user.value = *std::move(pattern);
  return {};
}

Mistakes FieldReader::operator()(const MappedUser& user) const {
  if (!scalar() || node_.text.empty()) return refused();
  const auto is_set = set_user(*user.value, node_.text, false);
  if (!is_set) return {bad_expression(node_, is_set.error())};
  return {};
}

Mistakes FieldReader::operator()(const FilePath& path) const {
  if (!scalar() || node_.text.empty()) return refused();
  *path.value = node_.text;
  return {};
}

// Never quotes the text.
Mistakes FieldReader::operator()(const HiddenText& text) const {
  auto secret = read_secret(node_, outside_);
  if (!secret) return {secret.error()};
  *text.value = *std::move(secret);
  return {};
}

Mistakes FieldReader::operator()(const ListenOne& listen) const {
  if (!scalar()) return refused();
  const auto address = parse_listen_address(node_.text);
  if (!address || address->is_local()) return refused();
  *listen.value = node_.text;
  return {};
}

Mistakes FieldReader::operator()(const ConnectOne& connect) const {
  if (!scalar()) return refused();
  const auto address = parse_listen_address(node_.text);
  const bool is_place = address && address->port != 0 && (address->is_local() || !address->host.empty());
  if (!is_place) return refused();
  *connect.value = node_.text;
  return {};
}

Mistakes FieldReader::operator()(const ListenMany& listen) const {
  Mistakes mistakes;
  std::vector<std::string> addresses;
  for (const auto& item : items()) {
    if (item.kind != TreeNode::Kind::Scalar) {
      mistakes.push_back(wrong(item, expected_text(field_)));
    } else if (const auto address = parse_listen_address(item.text); !address) {
      constexpr std::string_view kExpected = "expected ";
      const auto& error = address.error();
      mistakes.push_back(wrong(item, error.starts_with(kExpected) ? error.substr(kExpected.size()) : error));
    } else {
      addresses.push_back(item.text);
    }
  }
  if (mistakes.empty() && addresses.empty()) return refused();
  if (mistakes.empty()) *listen.value = std::move(addresses);
  return mistakes;
}

// Never quotes the text: it may hold a password.
Mistakes FieldReader::operator()(const Backend& backend) const {
  if (!scalar() || node_.text.empty()) return refused();
  const auto accepted = outside_.check_backend(node_.text);
  if (!accepted) {
    const auto reason = printable(without_secret_quotes(accepted.error(), node_.text));
    return {{node_.line, "a text that libpq does not take (" + reason + ")", expected_text(field_)}};
  }
  *backend.value = node_.text;
  return {};
}

// Never quotes the text.
Mistakes FieldReader::operator()(const Password& password) const {
  auto secret = read_password(node_, outside_);
  if (!secret) return {secret.error()};
  *password.value = *std::move(secret);
  return {};
}

Mistakes FieldReader::operator()(const OriginMany& origins) const {
  Mistakes mistakes;
  std::vector<Origin> read;
  for (const auto& item : items()) {
    auto origin = item.kind == TreeNode::Kind::Scalar ? parse_origin(item.text) : std::nullopt;
    if (!origin || origin->kind == Origin::Kind::Any) {
      mistakes.push_back(wrong(item, expected_text(field_)));
    } else {
      read.push_back(*std::move(origin));
    }
  }
  if (mistakes.empty()) *origins.value = std::move(read);
  return mistakes;
}

Mistakes FieldReader::operator()(const OriginOfRule& rule) const {
  return store(&rule.value->origin, scalar().and_then(parse_origin));
}

}  // namespace

std::vector<Mistake> read_field(const Field& field, const TreeNode& node, const Outside& outside) {
  return std::visit(FieldReader(field, node, outside), field);
}

bool holds_secret(const Field& field, const TreeNode& node) {
  if (node.kind != TreeNode::Kind::Scalar || node.text.empty()) return false;
  if (std::holds_alternative<Password>(field) || std::holds_alternative<HiddenText>(field)) return true;
  return std::holds_alternative<Backend>(field) && may_hold_secret(node.text);
}

std::string found_text(const TreeNode& node) {
  switch (node.kind) {
    case TreeNode::Kind::Nothing:
      return "nothing";
    case TreeNode::Kind::Scalar:
      return parse_whole_number(node.text) ? printable(node.text) : in_quotes(node.text);
    case TreeNode::Kind::List:
      return node.items.empty() ? "an empty list" : "a list";
    case TreeNode::Kind::Map:
      return "a section";
  }
  return {};
}

}  // namespace howdah::config
