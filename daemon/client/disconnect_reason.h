// Why clients were disconnected, for the statistics: the few words that the many reasons come to.
#pragma once

#include <string_view>

namespace howdah::client {

// `why`: as the log has it. `sqlstate`: of the last words that the client was to hear; empty: of none. The result lives
// as long as the program.
[[nodiscard]] std::string_view disconnect_reason(std::string_view why, std::string_view sqlstate);

}  // namespace howdah::client
