// What a new process gets from the running one before it starts: its listening sockets, and a connection over which the
// clients follow.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "daemon/io/unique_fd.h"

namespace howdah::takeover {

struct Inheritance {
  io::UniqueFd socket;
  std::vector<io::UniqueFd> given;  // listening sockets
  std::vector<io::UniqueFd> lent;   // likewise, of the service manager
  std::uint64_t last_client = 0;
  int process_id = 0;
};

// Asks the process that listens at this path; blocks, 10 s at most. Nothing where none does. The error is one sentence.
// `user`: as whom that one may run, beside root and who we are.
[[nodiscard]] std::expected<std::optional<Inheritance>, std::string> ask_for_inheritance(
    const std::string& path, std::optional<uid_t> user = std::nullopt);

}  // namespace howdah::takeover
