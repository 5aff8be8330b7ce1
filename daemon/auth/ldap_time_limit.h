// Bounds all that libldap waits for on one connection. Its own time limits leave out the TLS handshake: there it would
// ask a silent server again and again, for ever and without a pause (seen with 2.5.13).
#pragma once

#include <ldap.h>

#include <chrono>

namespace howdah::auth {

// Must outlive the handle.
class LdapTimeLimit {
 public:
  explicit LdapTimeLimit(std::chrono::steady_clock::duration limit);
  LdapTimeLimit(const LdapTimeLimit&) = delete;
  LdapTimeLimit& operator=(const LdapTimeLimit&) = delete;

  // An LDAP_* result.
  [[nodiscard]] int watch(LDAP* handle);

 private:
  static int on_connected(LDAP*, Sockbuf* connection, LDAPURLDesc*, sockaddr*, ldap_conncb* self) noexcept;
  static void on_closing(LDAP*, Sockbuf*, ldap_conncb*) noexcept {}
  static int set_up(Sockbuf_IO_Desc* layer, void* self) noexcept;
  static int leave(Sockbuf_IO_Desc*) noexcept { return 0; }
  static int control(Sockbuf_IO_Desc* layer, int option, void* value) noexcept;
  static ber_slen_t read(Sockbuf_IO_Desc* layer, void* into, ber_len_t size) noexcept;
  static ber_slen_t write(Sockbuf_IO_Desc* layer, void* bytes, ber_len_t size) noexcept;

  // Whether there is something to read before the time is up.
  [[nodiscard]] bool wait(int fd) const;

  const std::chrono::steady_clock::time_point deadline_;
  ldap_conncb callbacks_;
  Sockbuf_IO layer_;
};

}  // namespace howdah::auth
