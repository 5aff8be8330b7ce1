#include "config/cross_checks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/listen_address.h"
#include "config/plain_text.h"
#include "config/rule_checks.h"
#include "config/units.h"
#include "config/words.h"

namespace howdah::config {

namespace {

// Names under which the console answers.
constexpr std::array<std::string_view, 2> kConsoleNames{"howdah", "pgbouncer"};

class AcrossCheck {
 public:
  AcrossCheck(const Settings& settings, ProblemList& problems) : settings_(settings), problems_(problems) {}

  void check() {
    check_listen();
    if (settings_.databases.empty() && !problems_.has_failed("databases")) {
      problems_.add("databases", {1, "nothing", "at least one database"});
    }
    for (const auto& [name, database] : settings_.databases) check_database(database);
    check_tls();
    check_peers();
    check_maps();
    check_rules();
  }

 private:
  void check_listen();
  void check_database(const DatabaseSettings& database);
  // There is one place where the secret of log-ins to the backend comes from.
  void check_passwords(const std::string& path, const DatabaseSettings& database);
  void check_tls();
  // Numbers, a number of our own, and a secret that cannot be guessed by who listens.
  void check_peers();
  void check_maps();
  void check_rules();
  // The option `path` must have a value because of what `reason` says.
  void check_given(const std::string& path, const std::string& value, const std::string& reason,
                   std::string_view reason_text);
  // `lower` must not be more than `upper`; both are options of `section`.
  void check_order(const std::string& section, const std::string& lower, const std::string& upper, bool is_right,
                   const std::string& lower_text, const std::string& upper_text);

  const Settings& settings_;
  ProblemList& problems_;
};

void AcrossCheck::check_listen() {
  std::vector<ListenAddress> seen;
  const auto check_one = [&](const std::string& path, const std::string& text) {
    const auto address = parse_listen_address(text);
    if (!address || address->port == 0) return;
    if (std::ranges::find(seen, *address) != seen.end()) {
      problems_.add(path, {problems_.line_of(path), in_quotes(text) + " again", "each address once"});
    }
    seen.push_back(*address);
  };
  for (const auto& text : settings_.listen) check_one("listen", text);
  check_one("admin.listen", settings_.admin.listen);
}

void AcrossCheck::check_database(const DatabaseSettings& database) {
  const auto path = "databases." + printable(database.name);
  if (std::ranges::find(kConsoleNames, database.name) != kConsoleNames.end()) {
    problems_.add(path, {problems_.line_of(path), "the name of the console", "another name"});
  }
  const auto& pool = database.pool;
  check_order(path + ".pool", "min_size", "max_size", pool.min_size <= pool.max_size, std::to_string(pool.min_size),
              std::to_string(pool.max_size));
  check_order(path + ".pool", "retry_min", "retry_max", pool.retry_min <= pool.retry_max,
              format_duration(pool.retry_min), format_duration(pool.retry_max));
  check_passwords(path, database);
  const auto& query = database.auth_query;
  const bool is_lacking_user =
      !query.is_on() && !(query.password.empty() && query.database.empty() && query.query.empty());
  const auto user = path + ".auth_query.user";
  if (is_lacking_user && !problems_.has_failed(user)) {
    problems_.add(user, {problems_.line_of(path + ".auth_query.query", problems_.line_of(path)), "nothing",
                         "the role that asks"});
  }
}

void AcrossCheck::check_passwords(const std::string& path, const DatabaseSettings& database) {
  const std::array<std::pair<const char*, bool>, 3> sources{{{"password_command", !database.password_command.empty()},
                                                             {"password_file", !database.password_file.empty()},
                                                             {"scram_pass_through", database.scram_pass_through}}};
  std::string first;
  for (const auto& [key, is_given] : sources) {
    if (!is_given) continue;
    const auto place = path + "." + key;
    if (!first.empty()) problems_.add(place, {problems_.line_of(place), "it beside " + first, "one of them"});
    if (first.empty()) first = key;
  }
}

void AcrossCheck::check_tls() {
  const auto& tls = settings_.client.tls;
  if (tls.mode != TlsMode::Disable) {
    check_given("client.tls.certificate", tls.certificate, "client.tls.mode", word_of(tls.mode));
    check_given("client.tls.key", tls.key, "client.tls.mode", word_of(tls.mode));
  }
  if (tls.client_certificate != ClientCertificate::None) {
    check_given("client.tls.ca", tls.ca, "client.tls.client_certificate", word_of(tls.client_certificate));
  }
  check_order("client.tls", "min_version", "max_version", tls.min_version <= tls.max_version,
              std::string(word_of(tls.min_version)), std::string(word_of(tls.max_version)));
}

void AcrossCheck::check_peers() {
  for (const auto& [name, peer] : settings_.peers) {
    const auto number = parse_whole_number(name);
    const bool is_number = number && *number >= 1 && *number <= kMostInstances && std::to_string(*number) == name;
    const auto path = "peers." + printable(name);
    if (!is_number) {
      problems_.add(path, {problems_.line_of(path), in_quotes(name),
                           "the number of an instance, from 1 to " + std::to_string(kMostInstances)});
    }
  }
  const int line =
      settings_.peers.empty() ? 1 : problems_.line_of("peers." + printable(settings_.peers.begin()->first));
  if (!settings_.peers.empty() && settings_.instance == 0 && !problems_.has_failed("instance")) {
    problems_.add("instance", {problems_.line_of("instance", line), "no number",
                               "one from 1 to " + std::to_string(kMostInstances) + ", since there are peers"});
  }
  const auto& secret = settings_.peers_secret;
  const bool is_lacking = secret.empty() ? !settings_.peers.empty() : secret.size() < kLeastPeersSecretBytes;
  if (is_lacking && !problems_.has_failed("peers_secret")) {
    problems_.add("peers_secret",
                  {problems_.line_of("peers_secret", line), secret.empty() ? "nothing" : "a short secret",
                   "at least " + std::to_string(kLeastPeersSecretBytes) + " bytes, the same in all peers"});
  }
}

void AcrossCheck::check_given(const std::string& path, const std::string& value, const std::string& reason,
                              std::string_view reason_text) {
  if (!value.empty() || problems_.has_failed(path)) return;
  problems_.add(path, {problems_.line_of(reason), "nothing",
                       "the path of a file, since " + reason + " is " + std::string(reason_text)});
}

void AcrossCheck::check_maps() {
  for (const auto& [name, map] : settings_.ident_maps) {
    std::size_t number = 0;
    for (const auto& mapping : map) {
      const auto path = "ident_maps." + printable(name) + "[" + std::to_string(++number) + "].user";
      const auto is_right = check_mapping(mapping);
      if (!is_right) problems_.add(path, {problems_.line_of(path), in_quotes(mapping.user.text()), is_right.error()});
    }
  }
}

void AcrossCheck::check_rules() {
  std::size_t number = 0;
  for (const auto& rule : settings_.auth) {
    const auto path = "auth[" + std::to_string(++number) + "]";
    if (problems_.has_failed_below(path)) continue;
    auto mistakes = check_rule(rule);
    if (mistakes.empty()) mistakes = check_needs_of_rule(rule, settings_);
    for (auto& mistake : mistakes) {
      const auto field = path + "." + std::string(mistake.field);
      const int line = problems_.line_of(field, problems_.line_of(path + ".method"));
      problems_.add(field, {line, std::move(mistake.found), std::move(mistake.expected)});
    }
  }
}

void AcrossCheck::check_order(const std::string& section, const std::string& lower, const std::string& upper,
                              bool is_right, const std::string& lower_text, const std::string& upper_text) {
  const auto lower_path = section + "." + lower;
  const auto upper_path = section + "." + upper;
  if (is_right || problems_.has_failed(lower_path) || problems_.has_failed(upper_path)) return;
  const int line = problems_.line_of(lower_path, problems_.line_of(upper_path));
  problems_.add(lower_path, {line, lower_text, "at most " + upper + ", which is " + upper_text});
}

}  // namespace

void check_across(const Settings& settings, ProblemList& problems) {
  AcrossCheck(settings, problems).check();
}

void check_libpq(const Settings& settings, const Outside& outside, ProblemList& problems) {
  for (const auto& [name, database] : settings.databases) {
    if (!database.scram_pass_through) continue;
    const auto version = outside.libpq_without_scram_keys();
    if (!version) return;  // it can
    const auto place = "databases." + printable(name) + ".scram_pass_through";
    problems.add(place, {problems.line_of(place), "true, which needs libpq 18 or newer; this is " + *version, "false"});
  }
}

void make_explicit(Settings& settings) {
  if (settings.auth.empty()) settings.auth.push_back(AuthRule{});
  for (auto& rule : settings.auth) {
    if (rule.method == AuthMethod::Cert) rule.client_certificate = ClientCertificateCheck::VerifyFull;
  }
}

}  // namespace howdah::config
