// The options behind the method of a record in a pg_hba.conf: "map=staff", "ldapserver=a".
#pragma once

#include <expected>
#include <string>

#include "config/settings.h"
#include "config/token_lines.h"

namespace howdah::config {

// Sets what the option says of `rule`, whose method is known. Or what is wrong with it, in words that hold nothing
// of its value where that may be a secret. What options say about each other is judged by check_rule.
[[nodiscard]] std::expected<void, std::string> read_hba_option(const Token& token, AuthRule& rule);

}  // namespace howdah::config
