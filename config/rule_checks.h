// What the parts of one rule say about each other and about the rest of the settings, however the rule was
// written: in `auth` or in an hba_file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace howdah::config {

struct RuleMistake {
  std::string_view field;  // as the option below `auth[]` is called: "map", "ldap.servers"
  std::string found;       // never a secret
  std::string expected;
};

// Of the rule alone.
[[nodiscard]] std::vector<RuleMistake> check_rule(const AuthRule& rule);
// Of what it needs elsewhere.
[[nodiscard]] std::vector<RuleMistake> check_needs_of_rule(const AuthRule& rule, const Settings& settings);

// Whether a client must show a certificate to get in by this rule.
[[nodiscard]] bool asks_for_certificate(const AuthRule& rule);

}  // namespace howdah::config
