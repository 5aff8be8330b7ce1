// The rights of root, and how to be rid of them for good.
#pragma once

#include <sys/types.h>

#include <expected>
#include <optional>
#include <string>

namespace howdah::os {

[[nodiscard]] bool is_root();

// Of the user of this name; nothing where there is none.
[[nodiscard]] std::optional<uid_t> user_id(const std::string& name);

// From now on this process is run by that user, with its groups, its home folder in $HOME and no capability, and
// neither it nor a program that it starts ever gets more: this is tried. While there is one thread only. After an error
// the process may be anything in between, and is to be ended.
[[nodiscard]] std::expected<void, std::string> become_user(const std::string& name);

}  // namespace howdah::os
