#include "daemon/auth/peer_check.h"

#include <pwd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <vector>

namespace howdah::auth {

namespace {

std::optional<std::string> name_of(uid_t user_id) {
  constexpr std::size_t kMostBytes = 1024UL * 1024;
  passwd entry{};
  passwd* found = nullptr;
  for (std::vector<char> memory(1024); memory.size() <= kMostBytes; memory.resize(2 * memory.size())) {
    const int error = getpwuid_r(user_id, &entry, memory.data(), memory.size(), &found);
    if (error == 0 && found != nullptr) return std::string(found->pw_name);
    if (error != ERANGE) break;
  }
  return std::nullopt;
}

Answer judge(const config::AuthRule& rule, const IdentMapsPointer& maps, const std::string& user,
             std::optional<uid_t> user_id) {
  if (!user_id) return {.log_detail = "nobody knows which user of the system it is"};
  const auto name = name_of(*user_id);
  if (!name) return {.log_detail = "the system has no name for user " + std::to_string(*user_id)};
  if (may_log_in_as(rule, maps, *name, user)) return {.is_right = true};
  return {.log_detail = "it is \"" + *name + "\" of the system"};
}

}  // namespace

OutsideWork make_peer_check(const config::AuthRule& rule, const IdentMapsPointer& maps, const std::string& user,
                            const io::PeerAddress& peer) {
  return {[rule, maps, user, user_id = peer.user_id()] { return judge(rule, maps, user, user_id); }};
}

}  // namespace howdah::auth
