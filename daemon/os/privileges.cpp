#include "daemon/os/privileges.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

namespace howdah::os {

namespace {

constexpr std::size_t kMostAccountBytes = 64UL * 1024;

struct Account {
  uid_t user;
  gid_t group;
  std::string home;
};

std::unexpected<std::string> failure(const std::string& what) {
  return std::unexpected(what + ": " + std::strerror(errno));
}

std::optional<Account> account_of(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(kMostAccountBytes);
  if (getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
  return Account{.user = entry.pw_uid, .group = entry.pw_gid, .home = entry.pw_dir};
}

// Those that a program with the rights of root could get. What the kernel does not know ends the list.
void drop_bounding_set() {
  for (unsigned long capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    prctl(PR_CAPBSET_DROP, capability);
  }
}

bool has_capabilities() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return true;
  return std::ranges::any_of(
      sets, [](const auto& set) { return set.effective != 0 || set.permitted != 0 || set.inheritable != 0; });
}

void drop_inheritable() {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  const std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> none{};
  syscall(SYS_capset, &header, none.data());
}

bool is_only(const Account& account) {
  uid_t user = 0;
  uid_t effective_user = 0;
  uid_t saved_user = 0;
  gid_t group = 0;
  gid_t effective_group = 0;
  gid_t saved_group = 0;
  getresuid(&user, &effective_user, &saved_user);
  getresgid(&group, &effective_group, &saved_group);
  return user == account.user && effective_user == account.user && saved_user == account.user &&
         group == account.group && effective_group == account.group && saved_group == account.group;
}

}  // namespace

std::optional<uid_t> user_id(const std::string& name) {
  const auto account = account_of(name);
  return account ? std::optional(account->user) : std::nullopt;
}

bool is_root() {
  return geteuid() == 0;
}

std::expected<void, std::string> become_user(const std::string& name) {
  const auto account = account_of(name);
  if (!account) return std::unexpected("there is no user " + name);
  if (account->user == 0) return std::unexpected("the user " + name + " is root by another name");
  drop_bounding_set();
  if (initgroups(name.c_str(), account->group) != 0) return failure("initgroups");
  if (setresgid(account->group, account->group, account->group) != 0) return failure("setresgid");
  if (setresuid(account->user, account->user, account->user) != 0) return failure("setresuid");
  drop_inheritable();
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return failure("no_new_privs");
  const bool came_back = setresuid(0, 0, 0) == 0 || setresgid(0, 0, 0) == 0;
  if (came_back || !is_only(*account) || has_capabilities()) {
    return std::unexpected("the rights of root could not be given up");
  }
  prctl(PR_SET_DUMPABLE, 1);  // the kernel takes that away with the user
  setenv("HOME", account->home.c_str(), 1);
  return {};
}

}  // namespace howdah::os
