#include "daemon/auth/ldap_check.h"

#include <string_view>
#include <utility>

#include "daemon/auth/ldap_directory.h"

namespace howdah::auth {

namespace {

using config::LdapSettings;
using protocol::SecretText;
using Failure = std::unexpected<std::string>;

// The name with which the password is tried out.
std::expected<std::string, std::string> name_to_bind(const LdapSettings& settings, const SecretText& bind_password,
                                                     const std::string& user) {
  if (settings.base_dn.empty()) return settings.prefix + user + settings.suffix;
  const auto filter = ldap_filter(settings, user);
  if (!filter) return Failure(filter.error());
  auto directory = LdapDirectory::open(settings);
  if (!directory) return Failure(directory.error());
  const auto bound = directory->bind(settings.bind_dn, bind_password);
  if (!bound) return Failure("as bind_dn: " + bound.error());
  return directory->find_one(settings, *filter);
}

std::expected<void, std::string> try_out(const LdapSettings& settings, const SecretText& bind_password,
                                         const std::string& user, const SecretText& password) {
  // Both are let in as nobody, whoever comes. (RFC 4513: "Unauthenticated Authentication Mechanism")
  if (password.view().empty()) return Failure("empty password");
  const auto name = name_to_bind(settings, bind_password, user);
  if (!name) return Failure(name.error());
  if (name->empty()) return Failure("the entry has no name");
  auto directory = LdapDirectory::open(settings);
  if (!directory) return Failure(directory.error());
  return directory->bind(*name, password);
}

}  // namespace

std::expected<std::string, std::string> ldap_filter(const LdapSettings& settings, const std::string& user) {
  constexpr std::string_view kPlaceholder = "$username";
  if (user.find_first_of("*()\\/") != std::string::npos) return Failure("the user's name cannot stand in a filter");
  if (settings.search_filter.empty()) return '(' + settings.search_attribute + '=' + user + ')';
  std::string filter;
  std::string_view rest = settings.search_filter;
  for (auto at = rest.find(kPlaceholder); at != std::string_view::npos; at = rest.find(kPlaceholder)) {
    filter.append(rest.substr(0, at)).append(user);
    rest.remove_prefix(at + kPlaceholder.size());
  }
  return filter.append(rest);
}

OutsideWork make_ldap_check(const config::AuthRule& rule, const std::string& user, SecretText password) {
  auto settings = rule.ldap;
  const SecretText bind_password(settings.bind_password);
  protocol::cleanse(settings.bind_password);
  return {[settings, bind_password, user, password = std::move(password)]() -> Answer {
    const auto done = try_out(settings, bind_password, user, password);
    if (done) return {.is_right = true};
    return {.log_detail = done.error()};
  }};
}

}  // namespace howdah::auth
