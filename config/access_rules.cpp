#include "config/access_rules.h"

#include <algorithm>

namespace howdah::config {

namespace {

bool has_prefix(std::string_view address, std::string_view network, int prefix_bits) {
  if (address.size() != network.size()) return false;
  const auto whole = static_cast<std::size_t>(prefix_bits / 8);
  if (address.substr(0, whole) != network.substr(0, whole)) return false;
  const int rest = prefix_bits % 8;
  if (rest == 0) return true;
  const auto mask = 0xff << (8 - rest);
  return ((address[whole] ^ network[whole]) & mask) == 0;
}

bool matches_origin(const AuthRule& rule, const ConnectionFacts& facts) {
  switch (rule.origin) {
    case AuthRule::Origin::Any:
      return true;
    case AuthRule::Origin::Local:
      return facts.is_local;
    case AuthRule::Origin::Address:
      return !facts.is_local && has_prefix(facts.address, rule.address, rule.prefix_bits);
  }
  return false;
}

bool names(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::ranges::find(list, name) != list.end();
}

}  // namespace

std::optional<AuthMethod> match_access_rule(const std::vector<AuthRule>& rules, const ConnectionFacts& facts) {
  const auto rule = std::ranges::find_if(rules, [&](const AuthRule& candidate) {
    return matches_origin(candidate, facts) && names(candidate.databases, facts.database) &&
           names(candidate.users, facts.user);
  });
  if (rule == rules.end()) return std::nullopt;
  return rule->method;
}

}  // namespace howdah::config
