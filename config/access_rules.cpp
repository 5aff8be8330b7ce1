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

bool matches_tls(const AuthRule& rule, const ConnectionFacts& facts) {
  switch (rule.tls) {
    case RuleTls::Any:
      return true;
    case RuleTls::Required:
      return facts.is_encrypted;
    case RuleTls::Refused:
      return !facts.is_encrypted && !facts.is_local;
  }
  return false;
}

}  // namespace

bool is_from(const Origin& origin, bool is_local, std::string_view address) {
  switch (origin.kind) {
    case Origin::Kind::Any:
      return true;
    case Origin::Kind::Local:
      return is_local;
    case Origin::Kind::Address:
      return !is_local && has_prefix(address, origin.address, origin.prefix_bits);
  }
  return false;
}

const AuthRule* match_access_rule(const std::vector<AuthRule>& rules, const ConnectionFacts& facts) {
  const auto rule = std::ranges::find_if(rules, [&](const AuthRule& candidate) {
    return is_from(candidate.origin, facts.is_local, facts.address) && matches_tls(candidate, facts) &&
           matches_any(candidate.databases, facts.database, facts.user) &&
           matches_any(candidate.users, facts.user, facts.user);
  });
  return rule == rules.end() ? nullptr : &*rule;
}

}  // namespace howdah::config
