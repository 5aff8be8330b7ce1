#include "daemon/auth/ldap_time_limit.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace howdah::auth {

// Above the socket, which comes to its place after us, and below TLS.
constexpr int kLevel = LBER_SBIOD_LEVEL_PROVIDER + 1;

using std::chrono::milliseconds;
using std::chrono::steady_clock;

LdapTimeLimit::LdapTimeLimit(steady_clock::duration limit)
    : deadline_(steady_clock::now() + limit),
      callbacks_{.lc_add = on_connected, .lc_del = on_closing, .lc_arg = this},
      layer_{.sbi_setup = set_up,
             .sbi_remove = leave,
             .sbi_ctrl = control,
             .sbi_read = read,
             .sbi_write = write,
             .sbi_close = leave} {}

int LdapTimeLimit::watch(LDAP* handle) {
  return ldap_set_option(handle, LDAP_OPT_CONNECT_CB, &callbacks_);
}

int LdapTimeLimit::on_connected(LDAP*, Sockbuf* connection, LDAPURLDesc*, sockaddr*, ldap_conncb* self) noexcept {
  auto* const limit = static_cast<LdapTimeLimit*>(self->lc_arg);
  return ber_sockbuf_add_io(connection, &limit->layer_, kLevel, limit);
}

int LdapTimeLimit::set_up(Sockbuf_IO_Desc* layer, void* self) noexcept {
  layer->sbiod_pvt = self;
  return 0;
}

int LdapTimeLimit::control(Sockbuf_IO_Desc* layer, int option, void* value) noexcept {
  return LBER_SBIOD_CTRL_NEXT(layer, option, value);
}

ber_slen_t LdapTimeLimit::read(Sockbuf_IO_Desc* layer, void* into, ber_len_t size) noexcept {
  ber_socket_t fd = -1;
  ber_sockbuf_ctrl(layer->sbiod_sb, LBER_SB_OPT_GET_FD, &fd);
  if (static_cast<const LdapTimeLimit*>(layer->sbiod_pvt)->wait(fd)) return LBER_SBIOD_READ_NEXT(layer, into, size);
  errno = ETIMEDOUT;
  return -1;
}

ber_slen_t LdapTimeLimit::write(Sockbuf_IO_Desc* layer, void* bytes, ber_len_t size) noexcept {
  return LBER_SBIOD_WRITE_NEXT(layer, bytes, size);
}

bool LdapTimeLimit::wait(int fd) const {
  pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
  const auto left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now());
  return poll(&waiting, 1, static_cast<int>(std::max(left, milliseconds(0)).count())) > 0;
}

}  // namespace howdah::auth
