// Connection strings and messages about them without the passwords that they may hold. Without libpq, so it
// is coarse: in doubt it hides too much.
#pragma once

#include <string>
#include <string_view>

namespace howdah::config {

inline constexpr const char* kMask = "****";

// "postgresql://app:****@host/db", "host=a password=****". From the first keyword whose value is a secret
// everything is hidden.
[[nodiscard]] std::string without_secrets(std::string_view connection_string);

// In doubt true.
[[nodiscard]] bool may_hold_secret(std::string_view connection_string);

// The message about a connection string, its quotations hidden where the connection string may hold a secret.
[[nodiscard]] std::string without_secret_quotes(std::string_view message, std::string_view connection_string);

}  // namespace howdah::config
