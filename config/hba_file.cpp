#include "config/hba_file.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>

#include "config/hba_options.h"
#include "config/origin.h"
#include "config/plain_text.h"
#include "config/rule_checks.h"
#include "config/token_files.h"
#include "config/words.h"

namespace howdah::config {

namespace {

// How PostgreSQL calls an option of a rule.
std::string hba_name(std::string_view field) {
  if (field == "client_certificate") return "clientcert";
  if (field == "certificate_name") return "clientname";
  if (field == "pam_service") return "pamservice";
  if (field == "ldap.servers") return "ldapserver";
  if (field == "ldap.start_tls") return "ldaptls";
  return std::string(field);
}

constexpr std::size_t kMostRules = 10'000;
constexpr std::size_t kMostProblems = 200;

struct RecordType {
  std::string_view word;
  bool is_local;
  RuleTls tls;
};
constexpr std::array kRecordTypes{RecordType{"local", true, RuleTls::Any}, RecordType{"host", false, RuleTls::Any},
                                  RecordType{"hostssl", false, RuleTls::Required},
                                  RecordType{"hostnossl", false, RuleTls::Refused},
                                  RecordType{"hostnogssenc", false, RuleTls::Any}};

constexpr std::array<std::string_view, 6> kMethodsElsewhere{"gss", "sspi", "ident", "radius", "bsd", "oauth"};

bool is_word(const Token& token, std::string_view word) {
  return !token.is_quoted && token.text == word;
}

// How many bits a netmask has in front of the others; nothing for one with holes.
std::optional<int> bits_of(const std::string& mask) {
  int bits = 0;
  bool is_over = false;
  for (const char part : mask) {
    const auto byte = static_cast<unsigned char>(part);
    const int ones = std::countl_one(byte);
    if ((is_over && byte != 0) || std::popcount(byte) != ones) return std::nullopt;
    is_over = ones < 8;
    bits += ones;
  }
  return bits;
}

// One record, field by field. The first mistake of the fields in front of the options ends it.
class RecordReader {
 public:
  RecordReader(const PlacedLine& line, std::vector<Problem>& problems) : line_(line), problems_(problems) {}

  // None where there is a problem, or nothing that can match here.
  [[nodiscard]] std::vector<AuthRule> read();

 private:
  // Each false, and a problem, where it is wrong.
  bool read_type();
  bool read_databases();
  bool read_users();
  bool read_address();
  bool read_netmask(const std::string& address);
  bool read_method();
  bool read_options();
  bool check_whole();

  // The next field; null, and a problem, at the end of the line.
  const TokenField* next(const std::string& what);
  // Its only token; null, and a problem, where there are more.
  const Token* next_one(const std::string& what);
  bool add_name(const Token& token, std::vector<NamePattern>& names);
  bool refuse(std::string text);
  bool refuse(const std::string& found, const std::string& expected);

  const PlacedLine& line_;
  std::vector<Problem>& problems_;
  std::size_t next_ = 0;
  AuthRule rule_;
  bool is_local_ = false;
  bool is_for_all_addresses_ = false;
  bool matches_nothing_ = false;
};

std::vector<AuthRule> RecordReader::read() {
  const bool is_read = read_type() && read_databases() && read_users() && (is_local_ || read_address()) &&
                       read_method() && read_options() && check_whole();
  if (!is_read || matches_nothing_) return {};
  if (!is_for_all_addresses_) return {std::move(rule_)};
  std::vector<AuthRule> rules(2, rule_);
  for (const std::size_t bytes : {4UZ, 16UZ}) {
    auto& rule = rules.at(bytes == 4 ? 0 : 1);
    rule.origin = {.kind = Origin::Kind::Address, .address = std::string(bytes, '\0'), .prefix_bits = 0};
  }
  return rules;
}

bool RecordReader::read_type() {
  constexpr auto kExpected = "local, host, hostssl, hostnossl or hostnogssenc";
  const auto* const token = next_one(kExpected);
  if (token == nullptr) return false;
  const auto* const type = std::ranges::find(kRecordTypes, token->text, &RecordType::word);
  if (token->text == "hostgssenc") return refuse("hostgssenc, which is not supported", kExpected);
  if (type == kRecordTypes.end()) return refuse(shown_token(*token), kExpected);
  is_local_ = type->is_local;
  rule_.tls = type->tls;
  if (is_local_) rule_.origin.kind = Origin::Kind::Local;
  return true;
}

bool RecordReader::read_databases() {
  const auto* const field = next("databases");
  if (field == nullptr) return false;
  bool is_for_all = false;
  for (const auto& token : *field) {
    if (is_word(token, "samerole") || is_word(token, "samegroup")) {
      return refuse(token.text + ", which is not supported", "names of databases, sameuser or all");
    }
    if (is_word(token, "replication")) continue;
    if (is_word(token, "all")) {
      is_for_all = true;
    } else if (is_word(token, "sameuser")) {
      rule_.databases.push_back(NamePattern::same_user());
    } else if (!add_name(token, rule_.databases)) {
      return false;
    }
  }
  matches_nothing_ = !is_for_all && rule_.databases.empty();
  if (is_for_all) rule_.databases.clear();
  return true;
}

bool RecordReader::read_users() {
  const auto* const field = next("users");
  if (field == nullptr) return false;
  bool is_for_all = false;
  for (const auto& token : *field) {
    if (!token.is_quoted && token.text.starts_with('+')) {
      return refuse(shown_token(token) + ", a role by its members, which is not supported", "names of users or all");
    }
    if (is_word(token, "all")) {
      is_for_all = true;
    } else if (!add_name(token, rule_.users)) {
      return false;
    }
  }
  if (is_for_all) rule_.users.clear();
  return true;
}

bool RecordReader::add_name(const Token& token, std::vector<NamePattern>& names) {
  auto pattern = NamePattern::parse(token.text);
  if (!pattern) return refuse(shown_token(token) + " (" + pattern.error() + ")", "a regular expression behind /");
  names.push_back(*std::move(pattern));
  return true;
}

bool RecordReader::read_address() {
  const std::string expected = "all, an address, or a network such as 10.0.0.0/8";
  const auto* const token = next_one(expected);
  if (token == nullptr) return false;
  if (is_word(*token, "all")) {
    is_for_all_addresses_ = true;
    return true;
  }
  if (is_word(*token, "samehost") || is_word(*token, "samenet")) {
    return refuse(token->text + ", which is not supported", expected);
  }
  const auto origin = parse_origin(token->text);
  if (!origin || origin->kind != Origin::Kind::Address) {
    return refuse(shown_token(*token), expected + "; names of hosts are not supported");
  }
  if (token->text.find('/') == std::string::npos) return read_netmask(token->text);
  rule_.origin = *origin;
  return true;
}

bool RecordReader::read_netmask(const std::string& address) {
  const bool is_v6 = address.find(':') != std::string::npos;
  const auto expected = "a netmask behind the address, or " + address + (is_v6 ? "/128" : "/32");
  const auto* const token = next_one(expected);
  if (token == nullptr) return false;
  std::string mask(is_v6 ? 16 : 4, '\0');
  if (inet_pton(is_v6 ? AF_INET6 : AF_INET, token->text.c_str(), mask.data()) != 1) {
    return refuse(shown_token(*token), expected);
  }
  const auto bits = bits_of(mask);
  if (!bits) return refuse(shown_token(*token), "a netmask without holes");
  const auto origin = parse_origin(address + "/" + std::to_string(*bits));
  if (!origin) return refuse(shown_token(*token), expected);
  rule_.origin = *origin;
  return true;
}

bool RecordReader::read_method() {
  const std::string expected =
      "trust, reject, scram-sha-256, md5, password, cert, peer, pam, ldap or backend as the method";
  const auto* const token = next_one(expected);
  if (token == nullptr) return false;
  if (is_local_ && token->text == "ident") {
    rule_.method = AuthMethod::Peer;
    return true;
  }
  if (std::ranges::find(kMethodsElsewhere, token->text) != kMethodsElsewhere.end()) {
    return refuse("the method " + token->text + ", which is not supported", expected);
  }
  const auto method = parse_word<AuthMethod>(token->text);
  if (!method) return refuse(shown_token(*token), expected);
  rule_.method = *method;
  return true;
}

bool RecordReader::read_options() {
  const auto problem_count = problems_.size();
  for (; next_ < line_.fields.size(); ++next_) {
    for (const auto& token : line_.fields[next_]) {
      const auto is_read = read_hba_option(token, rule_);
      if (!is_read) refuse(is_read.error());
    }
  }
  return problems_.size() == problem_count;
}

bool RecordReader::check_whole() {
  const auto mistakes = check_rule(rule_);
  for (const auto& mistake : mistakes) refuse(hba_text(mistake));
  return mistakes.empty();
}

const TokenField* RecordReader::next(const std::string& what) {
  if (next_ < line_.fields.size()) return &line_.fields[next_++];
  refuse("the end of the line", what);
  return nullptr;
}

const Token* RecordReader::next_one(const std::string& what) {
  const auto* const field = next(what);
  if (field == nullptr) return nullptr;
  if (field->size() == 1) return &field->front();
  refuse("several values with commas", "one: " + what);
  return nullptr;
}

bool RecordReader::refuse(std::string text) {
  problems_.push_back(line_.problem(std::move(text)));
  return false;
}

bool RecordReader::refuse(const std::string& found, const std::string& expected) {
  return refuse("found " + found + ", expected " + expected);
}

}  // namespace

std::string hba_text(const RuleMistake& mistake) {
  return hba_name(mistake.field) + ": found " + mistake.found + ", expected " + mistake.expected;
}

std::expected<HbaFile, std::string> read_hba_file(const std::string& path, const Outside& outside) {
  auto file = read_token_file(path, outside);
  if (!file) return std::unexpected(std::move(file.error()));
  HbaFile hba{.rules = {}, .problems = std::move(file->problems)};
  for (const auto& line : file->lines) {
    for (auto& rule : RecordReader(line, hba.problems).read()) {
      hba.rules.push_back({.rule = std::move(rule), .file = line.file, .line = line.line});
    }
    if (hba.problems.size() >= kMostProblems) break;
    if (hba.rules.size() > kMostRules) {
      hba.problems.push_back(line.problem("found more records, expected at most " + std::to_string(kMostRules)));
      break;
    }
  }
  if (file->lines.empty() && hba.problems.empty()) {
    hba.problems.push_back({.file = path, .line = 0, .text = "found no record, expected at least one"});
  }
  return hba;
}

}  // namespace howdah::config
