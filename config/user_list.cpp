#include "config/user_list.h"

#include <algorithm>

#include "config/plain_text.h"
#include "protocol/password.h"

namespace howdah::config {

namespace {

// As in PgBouncer.
constexpr std::size_t kMostNameBytes = 127;
constexpr std::size_t kMostSecretBytes = 2047;
constexpr std::size_t kMostMistakes = 200;

constexpr std::string_view kBlanks = " \t\r\f\v";

void skip_blanks(std::string_view& line) {
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(kBlanks)));
}

// What stands in quotes at the front of the line, which begins behind it then; nothing where it is none.
std::optional<std::string> take_quoted(std::string_view& line) {
  if (!line.starts_with('"')) return std::nullopt;
  std::string text;
  for (std::size_t at = 1; at < line.size(); ++at) {
    const bool is_quote = line[at] == '"';
    if (is_quote && line.substr(at + 1).starts_with('"')) {
      ++at;
    } else if (is_quote) {
      line.remove_prefix(at + 1);
      return text;
    }
    text += line[at];
  }
  return std::nullopt;
}

class UserListReader {
 public:
  void read_line(std::string_view line, int number);
  [[nodiscard]] UserList take() { return std::move(list_); }
  [[nodiscard]] bool is_full() const { return list_.mistakes.size() >= kMostMistakes; }

 private:
  void keep(const std::string& name, std::string secret, int number);
  void refuse(int number, std::string found, std::string expected) {
    list_.mistakes.push_back({number, std::move(found), std::move(expected)});
  }

  UserList list_;
};

void UserListReader::read_line(std::string_view line, int number) {
  skip_blanks(line);
  if (line.empty() || line.starts_with(';')) return;
  const std::string expected = "\"name\" \"secret\", with quotes inside doubled";
  const auto name = take_quoted(line);
  if (!name) return refuse(number, "a line without a name in quotes", expected);
  // PgBouncer minds nothing in front of the next quote either.
  line.remove_prefix(std::min(line.size(), line.find('"')));
  auto secret = take_quoted(line);
  if (!secret) return refuse(number, "a name without a secret in quotes", expected);
  keep(*name, *std::move(secret), number);
}

void UserListReader::keep(const std::string& name, std::string secret, int number) {
  if (name.empty()) return refuse(number, "an empty name", "a name");
  if (name.size() > kMostNameBytes) {
    return refuse(number, "a name of " + std::to_string(name.size()) + " bytes",
                  "at most " + std::to_string(kMostNameBytes));
  }
  if (find_bad_byte(name)) return refuse(number, "a name with control characters or without UTF-8", "a name");
  if (secret.size() > kMostSecretBytes) {
    return refuse(number, "a secret that is too long", "at most " + std::to_string(kMostSecretBytes) + " bytes");
  }
  if (secret.find('\0') != std::string::npos) return refuse(number, "a secret with a zero byte", "one without");
  if (secret.empty()) {
    list_.secrets.insert_or_assign(name, std::nullopt);
    return;
  }
  const auto parsed = protocol::parse_secret(secret);
  if (!parsed)
    return refuse(number, "a secret that is none (" + parsed.error() + ")", "a password, MD5 or SCRAM-SHA-256");
  list_.secrets.insert_or_assign(name, std::move(secret));
}

}  // namespace

UserList read_user_list(std::string_view text) {
  UserListReader reader;
  for (int number = 1; !text.empty() && !reader.is_full(); ++number) {
    const auto end = text.find('\n');
    reader.read_line(text.substr(0, end), number);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return reader.take();
}

}  // namespace howdah::config
