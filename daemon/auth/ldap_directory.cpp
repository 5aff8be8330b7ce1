#include "daemon/auth/ldap_directory.h"

#include <ldap.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "daemon/auth/ldap_time_limit.h"

namespace howdah::auth {

namespace {

using config::LdapSettings;
using Failure = std::unexpected<std::string>;

// To connect, and again for each answer; and for all that happens on one connection.
constexpr timeval kMostTime{.tv_sec = 5, .tv_usec = 0};
constexpr auto kMostTimeInAll = std::chrono::seconds(10);

// What the server adds to an error may be long.
constexpr std::size_t kMostWords = 300;

struct Free {
  void operator()(LDAPMessage* message) const { ldap_msgfree(message); }
  void operator()(char* text) const { ldap_memfree(text); }
};

bool has_tls(const LdapSettings& settings) {
  return settings.start_tls || settings.scheme == LdapSettings::Scheme::Ldaps;
}

int scope_of(const LdapSettings& settings) {
  switch (settings.scope) {
    case LdapSettings::Scope::Base:
      return LDAP_SCOPE_BASE;
    case LdapSettings::Scope::One:
      return LDAP_SCOPE_ONELEVEL;
    case LdapSettings::Scope::Subtree:
      break;
  }
  return LDAP_SCOPE_SUBTREE;
}

// Of all handles where `handle` is null.
std::unique_ptr<char, Free> text_option(LDAP* handle, int option) {
  char* text = nullptr;
  ldap_get_option(handle, option, static_cast<void*>(&text));
  return std::unique_ptr<char, Free>(text);
}

// A TLS context of its own for each connection: the files are read as they are now, and no two threads make one that
// they share. It begins empty, without what ldap.conf says.
int make_tls_context(LDAP* handle) {
  for (const int option : {LDAP_OPT_X_TLS_CACERTFILE, LDAP_OPT_X_TLS_CACERTDIR, LDAP_OPT_X_TLS_CERTFILE,
                           LDAP_OPT_X_TLS_KEYFILE, LDAP_OPT_X_TLS_CIPHER_SUITE, LDAP_OPT_X_TLS_CRLFILE}) {
    const auto value = text_option(nullptr, option);
    if (value) ldap_set_option(handle, option, value.get());
  }
  int least_version = 0;
  ldap_get_option(nullptr, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least_version);
  ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least_version);
  const int as_client = 0;
  return ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &as_client);
}

int set_options(LDAP* handle, const LdapSettings& settings) {
  const int version = LDAP_VERSION3;
  int error = ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
  if (error == LDAP_SUCCESS) error = ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
  if (error == LDAP_SUCCESS) error = ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &kMostTime);
  if (error == LDAP_SUCCESS) error = ldap_set_option(handle, LDAP_OPT_TIMEOUT, &kMostTime);
  if (error == LDAP_SUCCESS && has_tls(settings)) error = make_tls_context(handle);
  return error;
}

// libldap reads ldap.conf and wakes its TLS library at the first use, and does not expect two threads there.
void set_library_up() {
  static const bool is_done = [] {
    LDAP* handle = nullptr;
    const int as_client = 0;
    if (ldap_initialize(&handle, nullptr) != LDAP_SUCCESS) return true;
    ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &as_client);
    ldap_unbind_ext_s(handle, nullptr, nullptr);
    return true;
  }();
  static_cast<void>(is_done);
}

bool is_bare_ipv6(const std::string& host) {
  return std::ranges::count(host, ':') > 1 && !host.starts_with('[');
}

}  // namespace

LdapDirectory::LdapDirectory(Handle handle)
    : time_limit_(std::make_unique<LdapTimeLimit>(kMostTimeInAll)), handle_(std::move(handle)) {}

LdapDirectory::LdapDirectory(LdapDirectory&&) noexcept = default;
LdapDirectory::~LdapDirectory() = default;

void LdapDirectory::Unbind::operator()(ldap* handle) const {
  ldap_unbind_ext_s(handle, nullptr, nullptr);
}

std::string ldap_uris(const LdapSettings& settings) {
  const bool is_ldaps = settings.scheme == LdapSettings::Scheme::Ldaps;
  const int port = settings.port != 0 ? settings.port : is_ldaps ? LDAPS_PORT : LDAP_PORT;
  std::string uris;
  for (const auto& server : settings.servers) {
    const auto host = is_bare_ipv6(server) ? '[' + server + ']' : server;
    uris +=
        (uris.empty() ? "" : " ") + std::string(is_ldaps ? "ldaps://" : "ldap://") + host + ':' + std::to_string(port);
  }
  return uris;
}

std::expected<LdapDirectory, std::string> LdapDirectory::open(const LdapSettings& settings) {
  set_library_up();
  LDAP* made = nullptr;
  int error = ldap_initialize(&made, ldap_uris(settings).c_str());
  if (error != LDAP_SUCCESS) return Failure(std::string("ldap_initialize: ") + ldap_err2string(error));
  LdapDirectory directory{Handle(made)};
  error = directory.time_limit_->watch(made);
  if (error == LDAP_SUCCESS) error = set_options(made, settings);
  if (error != LDAP_SUCCESS) return Failure(directory.words("options", error));
  if (settings.start_tls) error = ldap_start_tls_s(made, nullptr, nullptr);
  if (error != LDAP_SUCCESS) return Failure(directory.words("StartTLS", error));
  return directory;
}

std::expected<void, std::string> LdapDirectory::bind(const std::string& name, const protocol::SecretText& password) {
  const auto text = password.view();
  berval secret{.bv_len = text.size(), .bv_val = const_cast<char*>(text.data())};
  const int error = ldap_sasl_bind_s(handle_.get(), name.c_str(), LDAP_SASL_SIMPLE, &secret, nullptr, nullptr, nullptr);
  if (error != LDAP_SUCCESS) return Failure(words("bind", error));
  return {};
}

std::expected<std::string, std::string> LdapDirectory::find_one(const LdapSettings& settings,
                                                                const std::string& filter) {
  std::array<char, sizeof LDAP_NO_ATTRS> no_attributes = {LDAP_NO_ATTRS};
  std::array<char*, 2> attributes = {no_attributes.data(), nullptr};
  constexpr int kMostEntries = 2;  // enough to see that there is more than one
  timeval most_time = kMostTime;
  LDAPMessage* found = nullptr;
  const int error = ldap_search_ext_s(handle_.get(), settings.base_dn.c_str(), scope_of(settings), filter.c_str(),
                                      attributes.data(), 0, nullptr, nullptr, &most_time, kMostEntries, &found);
  const std::unique_ptr<LDAPMessage, Free> entries(found);
  if (error == LDAP_SIZELIMIT_EXCEEDED) return Failure("more than one entry is the user's");
  if (error != LDAP_SUCCESS) return Failure(words("search", error));
  const int count = ldap_count_entries(handle_.get(), found);
  if (count != 1) return Failure(count > 1 ? "more than one entry is the user's" : "no entry is the user's");
  const std::unique_ptr<char, Free> name(ldap_get_dn(handle_.get(), ldap_first_entry(handle_.get(), found)));
  return name ? std::string(name.get()) : std::string();
}

std::string LdapDirectory::words(const char* step, int error) const {
  const auto diagnosis = text_option(handle_.get(), LDAP_OPT_DIAGNOSTIC_MESSAGE);
  auto text = std::string(step) + ": " + ldap_err2string(error);
  if (diagnosis && *diagnosis != '\0') text += ": " + std::string(diagnosis.get()).substr(0, kMostWords);
  return text;
}

}  // namespace howdah::auth
