// What is said once for all: where it listens, TLS, the log, users.
#include <algorithm>
#include <array>

#include "config/pgbouncer/importer.h"
#include "config/pgbouncer/text.h"
#include "config/pgbouncer/values.h"
#include "config/plain_text.h"

namespace howdah::config::pgbouncer {

namespace {

std::string address_text(const std::string& host, const std::string& port) {
  if (host == "*") return ":" + port;
  const bool is_ipv6 = std::ranges::count(host, ':') > 1;
  return (is_ipv6 ? "[" + host + "]" : host) + ":" + port;
}

// The least and the greatest version that both know; empty where there is none.
struct Versions {
  std::string least;
  std::string most;
  bool are_older_left_out = false;
};

Versions read_protocols(std::string_view text) {
  Versions versions;
  const auto take = [&versions](const std::string& version) {
    if (versions.least.empty() || version < versions.least) versions.least = version;
    if (versions.most.empty() || version > versions.most) versions.most = version;
  };
  auto words = split_list(text);
  for (auto& word : words) {
    std::ranges::replace(word, ':', ' ');
    word = lower_case(word);
    const bool is_all = word == "all" || word == "legacy";
    if (is_all || word == "secure") {
      take("1.2");
      take("1.3");
    }
    if (word == "tlsv1.2" || word == "tlsv1.3") take(word.substr(4));
    versions.are_older_left_out |= is_all || word == "tlsv1.0" || word == "tlsv1.1";
  }
  return versions;
}

void import_client_protocols(Import& import, YamlNode& tls) {
  const auto* const said = import.sections.global("client_tls_protocols");
  if (said == nullptr || said->empty()) return;
  const auto versions = read_protocols(*said);
  const std::string note = versions.are_older_left_out ? "there is no TLS before 1.2 here" : "";
  tls.set("min_version", versions.least.empty() ? "1.2" : versions.least,
          remark("client_tls_protocols", true, "", note));
  tls.set("max_version", versions.most.empty() ? "1.3" : versions.most);
}

void import_client_ciphers(Import& import, YamlNode& tls) {
  const auto* const said = import.sections.global("client_tls_ciphers");
  if (said == nullptr || said->empty()) return;
  constexpr std::array<std::string_view, 9> kShortcuts{"default", "secure",   "fast", "normal", "compat",
                                                       "legacy",  "insecure", "all",  ""};
  if (std::ranges::find(kShortcuts, lower_case(*said)) != kShortcuts.end()) {
    return tls.note("client_tls_ciphers = " + printable(*said) +
                    ": a word of PgBouncer's; here the default is HIGH:!aNULL");
  }
  tls.set("ciphers", *said, remark("client_tls_ciphers", true, "ciphers", {}));
}

bool is_on(const Sections& sections, std::string_view name) {
  const auto* const said = sections.global(name);
  return said == nullptr || read_flag(*said).value_or(true);
}

}  // namespace

void import_listen(Import& import) {
  const auto& sections = import.sections;
  const auto port = sections.global_or_default("listen_port");
  const auto folder = sections.global_or_default("unix_socket_dir");
  const auto number = std::to_string(read_count(port).value_or(0));
  std::vector<std::string> addresses;
  for (const auto& host : split_list(sections.global_or_default("listen_addr")))
    addresses.push_back(address_text(host, number));
  std::string note = "listen_addr, listen_port, unix_socket_dir";
  if (folder.starts_with('@')) {
    note += "; unix_socket_dir names an abstract socket, which has no counterpart";
  } else if (!folder.empty()) {
    addresses.push_back("unix:" + folder + ":" + number);
    if (sections.global("unix_socket_dir") == nullptr) note += " (not set: PgBouncer's default)";
  }
  import.root.set_list("listen", std::move(addresses), note);
}

void import_tls(Import& import) {
  auto& tls = section_at(import.root, "client.tls");
  if (const auto* const said = import.sections.global("client_tls_sslmode")) {
    const auto mode = lower_case(*said);
    const bool is_verified = mode == "verify-ca" || mode == "verify-full";
    const auto is_known = is_verified || mode == "disable" || mode == "allow" || mode == "prefer" || mode == "require";
    if (!is_known) {
      import.problems.push_back(
          import.sections.globals.find("client_tls_sslmode")
              ->second.problem("client_tls_sslmode: found " + in_quotes(*said) +
                               ", expected disable, allow, prefer, require, verify-ca or verify-full"));
    }
    const std::string ours = is_verified ? "require" : mode == "prefer" ? "allow" : mode;
    tls.set("mode", ours, remark("client_tls_sslmode", true, "mode", ours == mode ? "" : "it is " + mode));
    if (is_verified) tls.set("client_certificate", "require");
  }
  import_client_protocols(import, tls);
  import_client_ciphers(import, tls);
}

void import_log(Import& import) {
  auto& log = import.root.section("log");
  const auto* const verbose = import.sections.global("verbose");
  if (verbose != nullptr && read_count(*verbose).value_or(0) > 0) log.set("level", "debug", "verbose");
  const bool are_connections_logged = is_on(import.sections, "log_connections");
  const bool are_disconnections_logged = is_on(import.sections, "log_disconnections");
  if (are_connections_logged && are_disconnections_logged) return;
  const bool are_both_off = !are_connections_logged && !are_disconnections_logged;
  log.set("connections", are_both_off ? "false" : "true",
          std::string("log_connections, log_disconnections") + (are_both_off ? "" : ": both or none are logged here"));
}

void import_users(Import& import) {
  auto& users = import.root.section("users");
  for (const auto& entry : import.sections.users) {
    auto& user = users.section(entry.name);
    for (const auto& [key, value] : entry.pairs) {
      if (key == "pool_mode") user.set("pool_mode", convert(Takes::Mode, value, {}).text);
      if (key == "max_user_client_connections") {
        auto [text, note] = convert(Takes::Count, value, "users.<name>.max_clients");
        user.set("max_clients", std::move(text), remark(key, true, "max_clients", note));
      }
      const auto* const row = find_key(user_keys(), key);
      if (row != nullptr && !row->note.empty())
        users.note("no counterpart: " + key + " of " + printable(entry.name) + ": " + std::string(row->note));
    }
  }
}

std::string server_keywords(const Sections& sections) {
  struct Keyword {
    std::string_view setting;
    std::string_view keyword;
  };
  constexpr std::array kKeywords{
      Keyword{"server_tls_sslmode", "sslmode"},        Keyword{"server_tls_ca_file", "sslrootcert"},
      Keyword{"server_tls_cert_file", "sslcert"},      Keyword{"server_tls_key_file", "sslkey"},
      Keyword{"tcp_keepalive", "keepalives"},          Keyword{"tcp_keepidle", "keepalives_idle"},
      Keyword{"tcp_keepintvl", "keepalives_interval"}, Keyword{"tcp_keepcnt", "keepalives_count"},
      Keyword{"tcp_user_timeout", "tcp_user_timeout"}};
  std::string text;
  for (const auto& [setting, keyword] : kKeywords) {
    const auto* const said = sections.global(setting);
    if (said == nullptr || said->empty()) continue;
    const auto number = setting.starts_with("tcp_") ? read_count(*said) : std::nullopt;
    text.append(" ").append(keyword).append("=").append(
        number ? std::to_string(*number) : libpq_value(setting.ends_with("sslmode") ? lower_case(*said) : *said));
  }
  if (const auto* const said = sections.global("server_tls_protocols"); said != nullptr && !said->empty()) {
    const auto versions = read_protocols(*said);
    if (!versions.least.empty()) {
      text += " ssl_min_protocol_version=TLSv" + versions.least + " ssl_max_protocol_version=TLSv" + versions.most;
    }
  }
  return text;
}

std::string libpq_value(std::string_view value) {
  const auto is_plain = [](char letter) {
    return is_letter_or_digit(letter) || std::string_view("_./:-@,+").contains(letter);
  };
  if (!value.empty() && std::ranges::all_of(value, is_plain)) return std::string(value);
  std::string quoted = "'";
  for (const char letter : value) {
    if (letter == '\'' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + "'";
}

}  // namespace howdah::config::pgbouncer
