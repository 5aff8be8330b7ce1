// Who may log in, and how. PgBouncer lets in only users that it knows, whatever the method: where a method here would
// take any name, the rule says which.
#include <algorithm>
#include <array>

#include "config/hba_file.h"
#include "config/hba_options.h"
#include "config/origin.h"
#include "config/pgbouncer/importer.h"
#include "config/pgbouncer/text.h"
#include "config/plain_text.h"
#include "config/token_lines.h"
#include "config/words.h"

namespace howdah::config::pgbouncer {

namespace {

constexpr auto kUnknownUsers =
    "PgBouncer lets in only users of its auth_file, or that its auth_query finds; here it is everybody whom these "
    "rules let in";

YamlNode& add_rule(Import& import) {
  auto& auth = import.root.section("auth");
  auth.kind = YamlNode::Kind::Items;
  return auth.children.emplace_back();
}

std::vector<std::string> known_users(const Import& import) {
  std::vector<std::string> names;
  names.reserve(import.secrets.size());
  for (const auto& [name, secret] : import.secrets) names.push_back(name);
  return names;
}

bool has_auth_user(const Sections& sections) {
  const auto* const global = sections.global("auth_user");
  return (global != nullptr && !global->empty()) ||
         std::ranges::any_of(sections.databases, [](const Entry& entry) { return entry.find("auth_user") != nullptr; });
}

void write_ldap(const LdapSettings& settings, YamlNode& rule) {
  const LdapSettings defaults;
  auto& ldap = rule.section("ldap");
  ldap.set_list("servers", settings.servers);
  if (settings.scheme != defaults.scheme) ldap.set("scheme", std::string(word_of(settings.scheme)));
  if (settings.port != defaults.port) ldap.set("port", std::to_string(settings.port));
  if (settings.start_tls) ldap.set("start_tls", "true");
  const auto set_text = [&](std::string_view name, std::string LdapSettings::* field) {
    if (settings.*field != defaults.*field) ldap.set(name, settings.*field);
  };
  set_text("prefix", &LdapSettings::prefix);
  set_text("suffix", &LdapSettings::suffix);
  set_text("base_dn", &LdapSettings::base_dn);
  set_text("bind_dn", &LdapSettings::bind_dn);
  set_text("bind_password", &LdapSettings::bind_password);
  set_text("search_attribute", &LdapSettings::search_attribute);
  set_text("search_filter", &LdapSettings::search_filter);
  if (settings.scope != defaults.scope) ldap.set("scope", std::string(word_of(settings.scope)));
}

std::vector<std::string> texts_of(const std::vector<NamePattern>& names) {
  std::vector<std::string> texts;
  texts.reserve(names.size());
  for (const auto& name : names) texts.push_back(name.text());
  return texts;
}

void write_rule(const AuthRule& rule, Import& import) {
  auto& node = add_rule(import);
  node.set("from", format_origin(rule.origin));
  if (rule.tls != RuleTls::Any) node.set("tls", std::string(word_of(rule.tls)));
  if (!rule.databases.empty()) node.set_list("databases", texts_of(rule.databases));
  if (!rule.users.empty()) node.set_list("users", texts_of(rule.users));
  node.set("method", std::string(word_of(rule.method)));
  if (!rule.map.empty()) node.set("map", rule.map);
  if (rule.method == AuthMethod::Ldap) write_ldap(rule.ldap, node);
}

// Whether a name that PgBouncer does not know could get in.
bool takes_any_name(const AuthRule& rule) {
  return rule.method == AuthMethod::Trust || rule.method == AuthMethod::Peer || rule.method == AuthMethod::Cert;
}

// The users of the rule that PgBouncer knows, then nobody else.
void write_for_known_users(AuthRule rule, Import& import) {
  auto rest = rule;
  rest.method = AuthMethod::Reject;
  rest.map.clear();
  std::vector<NamePattern> names;
  for (const auto& name : known_users(import)) {
    if (matches_any(rule.users, name, name)) names.emplace_back(name);
  }
  rule.users = std::move(names);
  if (!rule.users.empty()) write_rule(rule, import);
  write_rule(rest, import);
}

void import_hba(Import& import) {
  const auto path = import.sections.global_or_default("auth_hba_file");
  const auto place = [&](const std::string& text) {
    const auto* said = &import.sections.globals.find("auth_type")->second;
    if (const auto found = import.sections.globals.find("auth_hba_file"); found != import.sections.globals.end())
      said = &found->second;
    import.problems.push_back(said->problem(text));
  };
  if (path.empty()) return place("auth_hba_file: found nothing, expected the path of a file, since auth_type is hba");
  const auto file = read_hba_file(path, import.outside);
  if (!file)
    return place("auth_hba_file: found the file " + in_quotes(path) + ", which cannot be read (" + file.error() +
                 "), expected a file");
  if (const auto ident = import.sections.global_or_default("auth_ident_file"); !ident.empty()) {
    import.root.set("ident_file", ident, "auth_ident_file");
  }
  const bool is_open = std::ranges::any_of(file->rules, [](const HbaRule& rule) { return takes_any_name(rule.rule); });
  const bool can_be_written = file->problems.empty() && std::ranges::none_of(file->rules, [](const HbaRule& rule) {
                                return rule.rule.method == AuthMethod::Ldap;
                              });
  if (!is_open || !can_be_written || has_auth_user(import.sections)) {
    return import.root.set("hba_file", path,
                           std::string("auth_hba_file") + (is_open ? std::string(": ") + kUnknownUsers : ""));
  }
  import.root.section("auth").comment =
      "auth_hba_file " + printable(path) +
      ", with the names of auth_file where a rule would take others too, which PgBouncer turns away";
  for (const auto& rule : file->rules) {
    if (takes_any_name(rule.rule)) {
      write_for_known_users(rule.rule, import);
    } else {
      write_rule(rule.rule, import);
    }
  }
  if (file->rules.empty()) add_rule(import).set("method", "reject");
}

void import_ldap(Import& import) {
  AuthRule rule{.method = AuthMethod::Ldap};
  const auto options = import.sections.global_or_default("auth_ldap_options");
  for (const auto& line : split_token_lines(options)) {
    for (const auto& field : line.fields) {
      for (const auto& token : field) {
        if (const auto read = read_hba_option(token, rule); !read) {
          import.problems.push_back(
              import.sections.globals.find("auth_ldap_options")->second.problem("auth_ldap_options: " + read.error()));
        }
      }
    }
  }
  write_rule(rule, import);
}

void import_trust(Import& import) {
  if (has_auth_user(import.sections)) {
    import.root.section("auth").comment = kUnknownUsers;
    return add_rule(import).set("method", "trust");
  }
  import.root.section("auth").comment = "auth_type = trust: the users of auth_file, without a password";
  const auto names = known_users(import);
  if (names.empty()) return add_rule(import).set("method", "reject");
  auto& rule = add_rule(import);
  rule.set_list("users", names);
  rule.set("method", "trust");
}

void import_type(Import& import) {
  const bool is_set = import.sections.global("auth_type") != nullptr;
  const auto type = lower_case(import.sections.global_or_default("auth_type"));
  struct Simple {
    std::string_view type;
    std::string_view method;
    std::string_view note;
  };
  constexpr std::array kSimple{
      Simple{"md5", "md5", "a user with a SCRAM secret logs in by SCRAM"},
      Simple{"scram-sha-256", "scram-sha-256", ""},
      Simple{"plain", "password", "the password is sent, which here needs TLS, a Unix socket or the same machine"},
      Simple{"any", "trust", "whatever the name; who is who on the console is told by admin.users"},
      Simple{"cert", "cert", "by TLS only"},
      Simple{"pam", "pam", ""}};
  if (type == "hba") return import_hba(import);
  if (type == "ldap") return import_ldap(import);
  if (type == "trust") return import_trust(import);
  const auto* const simple = std::ranges::find(kSimple, type, &Simple::type);
  if (simple == kSimple.end()) {
    return import.problems.push_back(
        import.sections.globals.find("auth_type")
            ->second.problem("auth_type: found " + in_quotes(type) +
                             ", expected md5, scram-sha-256, plain, trust, any, hba, cert, ldap or pam"));
  }
  auto& auth = import.root.section("auth");
  auth.comment = remark("auth_type", is_set, "", std::string(simple->note));
  auto& rule = add_rule(import);
  if (type == "cert") rule.set("tls", "required");
  rule.set("method", std::string(simple->method));
  if (type == "pam") rule.set("pam_service", "pgbouncer");
}

}  // namespace

void import_auth(Import& import) {
  import_type(import);
  const auto path = import.sections.global_or_default("auth_file");
  if (path.empty()) return;
  std::string note = "auth_file";
  if (const auto is_private = import.outside.check_privacy(path); !is_private) {
    note += ": howdah wants it closed to others (chmod 600), and as it is now (" + is_private.error() +
            ") it does not start";
  }
  const bool is_needed =
      std::ranges::any_of(import.sections.databases, [](const Entry& entry) { return entry.find("user") == nullptr; });
  if (is_needed && import.has_unusable_secrets()) {
    note +=
        "\nSome of its users have an MD5 hash or a SCRAM secret, with which PgBouncer itself can log in to PostgreSQL. "
        "Where that asks for a password, howdah needs a plain one, a user in the backend, or libpq 18 "
        "(scram_pass_through).";
  }
  import.root.set("user_list", path, note);
}

}  // namespace howdah::config::pgbouncer
