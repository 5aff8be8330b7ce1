// The kinds of options: what text one takes, and the field that keeps its value. A Field points into the
// object that it was made for and dies with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/configuration.h"
#include "config/document.h"
#include "config/mistake.h"
#include "config/settings.h"

namespace howdah::config {

// The longest time and the largest size that any option takes.
inline constexpr Milliseconds kMostDuration = std::chrono::days(365);
inline constexpr std::int64_t kMostSize = 1LL << 40;

struct Count {
  int* value;
  int least;
  int most;
};
// Threads: "auto" or 1 in this version.
struct WorkerCount {
  int* value;
};
// Of a howdah among several: the number, or {env: NAME}, so that the file may be the same for all.
struct InstanceNumber {
  int* value;
};
struct Duration {
  Milliseconds* value;
  Milliseconds least = Milliseconds(0);
  Milliseconds most = kMostDuration;
};
struct Size {
  std::int64_t* value;
  std::int64_t most = kMostSize;
};
struct Flag {
  bool* value;
};
template <typename Enum>
struct Choice {
  Enum* value;
};
template <typename Enum>
struct OptionalChoice {
  std::optional<Enum>* value;
};
// Names, perhaps none.
struct NameList {
  std::vector<std::string>* value;
};
// Names and expressions; "all" among them means an empty list.
struct NamePatternList {
  std::vector<NamePattern>* value;
  bool takes_same_user;  // the word "sameuser"
};
// A name or an expression.
struct SystemUser {
  NamePattern* value;
};
struct MappedUser {
  IdentMapping* value;
};
// Any text, an empty one too.
struct Text {
  std::string* value;
};
struct FilePath {
  std::string* value;
};
// A secret that is sent as it is: not one that clients are checked against.
struct HiddenText {
  std::string* value;
};
struct ListenOne {
  std::string* value;
};
// Where somebody listens.
struct ConnectOne {
  std::string* value;
};
struct ListenMany {
  std::vector<std::string>* value;
};
struct Backend {
  std::string* value;
};
struct Password {
  std::optional<std::string>* value;
};
// "local" and networks.
struct OriginMany {
  std::vector<Origin>* value;
};
struct OriginOfRule {
  AuthRule* value;
};

using Field =
    std::variant<Count, WorkerCount, InstanceNumber, Duration, Size, Flag, Choice<PoolMode>, OptionalChoice<PoolMode>,
                 Choice<StateProbe>, Choice<StatePolicy>, Choice<SettingsPolicy>, Choice<ListenPolicy>,
                 Choice<ListenerLost>, Choice<SequencePolicy>, Choice<LogLevel>, Choice<LogFormat>, Choice<AuthMethod>,
                 Choice<RuleTls>, Choice<ClientCertificateCheck>, Choice<CertificateName>, Choice<LdapSettings::Scheme>,
                 Choice<LdapSettings::Scope>, Choice<TlsMode>, Choice<ClientCertificate>, Choice<TlsVersion>, NameList,
                 NamePatternList, SystemUser, MappedUser, Text, FilePath, HiddenText, ListenOne, ConnectOne, ListenMany,
                 Backend, Password, OriginMany, OriginOfRule>;

// Stores the value that `node` says, or tells what is wrong with it: all of it, for a list. The field is
// unchanged then.
[[nodiscard]] std::vector<Mistake> read_field(const Field& field, const TreeNode& node, const Outside& outside);

// Whether the document itself holds a secret here, rather than the name of a place that does.
[[nodiscard]] bool holds_secret(const Field& field, const TreeNode& node);

// The value as the configuration would say it; empty where there is none. Secrets are masked.
[[nodiscard]] std::string field_text(const Field& field);

// For a message: "a whole number from 1 to 10000".
[[nodiscard]] std::string expected_text(const Field& field);

// The same for a document: "whole number, 1 to 10000".
[[nodiscard]] std::string kind_text(const Field& field);

// What stands there, for a message: "a list", or the text in quotes.
[[nodiscard]] std::string found_text(const TreeNode& node);

}  // namespace howdah::config
