// One connection to an LDAP server, by libldap. Blocks, for ten seconds at most.
// (OpenLDAP: ldap(3))
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "config/settings.h"
#include "protocol/crypto.h"

struct ldap;

namespace howdah::auth {

class LdapTimeLimit;

class LdapDirectory {
 public:
  LdapDirectory(LdapDirectory&&) noexcept;
  ~LdapDirectory();

  // The first of the servers that answers; with TLS where the settings say so.
  [[nodiscard]] static std::expected<LdapDirectory, std::string> open(const config::LdapSettings& settings);

  // Why the directory does not let in who calls himself so. Without both it is nobody in particular who comes in.
  [[nodiscard]] std::expected<void, std::string> bind(const std::string& name, const protocol::SecretText& password);
  // The name of the one entry for which `filter` holds.
  [[nodiscard]] std::expected<std::string, std::string> find_one(const config::LdapSettings& settings,
                                                                 const std::string& filter);

 private:
  struct Unbind {
    void operator()(ldap* handle) const;
  };
  using Handle = std::unique_ptr<ldap, Unbind>;

  explicit LdapDirectory(Handle handle);
  [[nodiscard]] std::string words(const char* step, int error) const;

  std::unique_ptr<LdapTimeLimit> time_limit_;
  Handle handle_;
};

// What libldap is given: a URI for each server, in order.
[[nodiscard]] std::string ldap_uris(const config::LdapSettings& settings);

}  // namespace howdah::auth
