// How a field's value and what it takes are written: the other half of option_field.h.
#include "config/option_field.h"
#include "config/origin.h"
#include "config/redaction.h"
#include "config/units.h"
#include "config/words.h"

namespace howdah::config {

namespace {

std::string flow_list(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const auto& item : items) text += (text.size() == 1 ? "" : ", ") + item;
  return text + "]";
}

std::vector<std::string> texts_of(const std::vector<NamePattern>& patterns) {
  std::vector<std::string> texts;
  texts.reserve(patterns.size());
  for (const auto& pattern : patterns) texts.push_back(pattern.text());
  return texts;
}

struct ValueText {
  std::string operator()(const Count& count) const { return std::to_string(*count.value); }
  std::string operator()(const WorkerCount& count) const {
    return *count.value == 0 ? "auto" : std::to_string(*count.value);
  }
  std::string operator()(const InstanceNumber& number) const { return std::to_string(*number.value); }
  std::string operator()(const Duration& duration) const { return format_duration(*duration.value); }
  std::string operator()(const Size& size) const { return format_size(*size.value); }
  std::string operator()(const Flag& flag) const { return *flag.value ? "true" : "false"; }
  template <typename Enum>
  std::string operator()(const Choice<Enum>& choice) const {
    return std::string(word_of(*choice.value));
  }
  template <typename Enum>
  std::string operator()(const OptionalChoice<Enum>& choice) const {
    return choice.value->has_value() ? std::string(word_of(**choice.value)) : std::string();
  }
  std::string operator()(const NameList& list) const { return list.value->empty() ? "" : flow_list(*list.value); }
  std::string operator()(const NamePatternList& list) const {
    return list.value->empty() ? "" : flow_list(texts_of(*list.value));
  }
  std::string operator()(const SystemUser& user) const { return user.value->text(); }
  std::string operator()(const MappedUser& user) const { return user.value->user.text(); }
  std::string operator()(const Text& text) const { return *text.value; }
  std::string operator()(const FilePath& path) const { return *path.value; }
  std::string operator()(const HiddenText& text) const { return text.value->empty() ? "" : kMask; }
  std::string operator()(const ListenOne& listen) const { return *listen.value; }
  std::string operator()(const ConnectOne& connect) const { return *connect.value; }
  std::string operator()(const ListenMany& listen) const {
    return listen.value->empty() ? "" : flow_list(*listen.value);
  }
  std::string operator()(const Backend& backend) const { return without_secrets(*backend.value); }
  std::string operator()(const Password& password) const { return password.value->has_value() ? kMask : ""; }
  std::string operator()(const OriginMany& origins) const {
    std::vector<std::string> items;
    for (const auto& origin : *origins.value) items.push_back(format_origin(origin));
    return items.empty() ? "" : flow_list(items);
  }
  std::string operator()(const OriginOfRule& rule) const { return format_origin(rule.value->origin); }
};

template <typename Enum>
std::string one_of() {
  const auto words = all_words<Enum>();
  std::string text;
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (at > 0) text += at + 1 == words.size() ? " or " : ", ";
    text += words[at];
  }
  return text;
}

struct ExpectedText {
  std::string operator()(const Count& count) const {
    return "a whole number from " + std::to_string(count.least) + " to " + std::to_string(count.most);
  }
  std::string operator()(const WorkerCount&) const {
    return "auto or a whole number from 1 to " + std::to_string(kMostWorkers);
  }
  std::string operator()(const InstanceNumber&) const {
    return "a whole number from 0 to " + std::to_string(kMostInstances) + " or {env: NAME}";
  }
  std::string operator()(const Duration& duration) const {
    return "a time in ms, s, min, h or d from " + format_duration(duration.least) + " to " +
           format_duration(duration.most) + ", such as 30s";
  }
  std::string operator()(const Size& size) const {
    return "a size in B, kB, MB or GB (1kB is 1024B) up to " + format_size(size.most) + ", such as 16MB";
  }
  std::string operator()(const Flag&) const { return "true or false"; }
  template <typename Enum>
  std::string operator()(const Choice<Enum>&) const {
    return one_of<Enum>();
  }
  template <typename Enum>
  std::string operator()(const OptionalChoice<Enum>&) const {
    return one_of<Enum>();
  }
  std::string operator()(const NameList&) const { return "a list of names"; }
  std::string operator()(const NamePatternList& list) const {
    return std::string("a list of names, / and a regular expression, ") + (list.takes_same_user ? "sameuser, " : "") +
           "or all";
  }
  std::string operator()(const SystemUser&) const { return "a name, or / and a regular expression"; }
  std::string operator()(const MappedUser&) const { return "a name, / and a regular expression, or all"; }
  std::string operator()(const Text&) const { return "a text"; }
  std::string operator()(const FilePath&) const { return "the path of a file"; }
  std::string operator()(const HiddenText&) const { return "a text, {file: path} or {env: NAME}"; }
  std::string operator()(const ListenOne&) const { return "host:port, [address]:port or :port"; }
  std::string operator()(const ConnectOne&) const {
    return "host:port, [address]:port, unix:/folder or unix:/folder:port";
  }
  std::string operator()(const ListenMany&) const {
    return "a list of host:port, [address]:port, :port, unix:/folder or unix:/folder:port";
  }
  std::string operator()(const Backend&) const { return "a libpq connection string or URI"; }
  std::string operator()(const Password&) const {
    return "plain text, md5 and 32 hex digits, a SCRAM-SHA-256 verifier, {file: path} or {env: NAME}";
  }
  std::string operator()(const OriginMany&) const {
    return "a list of local, addresses or networks such as 10.0.0.0/8";
  }
  std::string operator()(const OriginOfRule&) const { return "any, local, an address or a network such as 10.0.0.0/8"; }
};

struct KindText {
  std::string operator()(const Count& count) const {
    return "whole number, " + std::to_string(count.least) + " to " + std::to_string(count.most);
  }
  std::string operator()(const WorkerCount&) const { return "auto or count"; }
  std::string operator()(const InstanceNumber&) const {
    return "whole number, 0 to " + std::to_string(kMostInstances) + ", or {env: NAME}";
  }
  std::string operator()(const Duration& duration) const {
    if (duration.least.count() > 0) return "time, at least " + format_duration(duration.least);
    return duration.most < kMostDuration ? "time, at most " + format_duration(duration.most) : "time";
  }
  std::string operator()(const Size& size) const {
    return size.most < kMostSize ? "size, at most " + format_size(size.most) : "size";
  }
  std::string operator()(const Flag&) const { return "true or false"; }
  template <typename Enum>
  std::string operator()(const Choice<Enum>&) const {
    return one_of<Enum>();
  }
  template <typename Enum>
  std::string operator()(const OptionalChoice<Enum>&) const {
    return one_of<Enum>();
  }
  std::string operator()(const NameList&) const { return "list of names"; }
  std::string operator()(const NamePatternList&) const { return "list of names or /expressions"; }
  std::string operator()(const SystemUser&) const { return "name or /expression"; }
  std::string operator()(const MappedUser&) const { return "name, /expression or all"; }
  std::string operator()(const Text&) const { return "text"; }
  std::string operator()(const FilePath&) const { return "path"; }
  std::string operator()(const HiddenText&) const { return "text, {file: path} or {env: NAME}"; }
  std::string operator()(const ListenOne&) const { return "address and port"; }
  std::string operator()(const ConnectOne&) const { return "address and port"; }
  std::string operator()(const ListenMany&) const { return "list of addresses"; }
  std::string operator()(const Backend&) const { return "libpq connection string or URI"; }
  std::string operator()(const Password&) const { return "text, {file: path} or {env: NAME}"; }
  std::string operator()(const OriginMany&) const { return "list of local, addresses and networks"; }
  std::string operator()(const OriginOfRule&) const { return "any, local, address or network"; }
};

}  // namespace

std::string field_text(const Field& field) {
  return std::visit(ValueText(), field);
}

std::string expected_text(const Field& field) {
  return std::visit(ExpectedText(), field);
}

std::string kind_text(const Field& field) {
  return std::visit(KindText(), field);
}

}  // namespace howdah::config
