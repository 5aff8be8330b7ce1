// What a text says outright that it leaves behind on a server: LISTEN, CREATE TEMP TABLE, SELECT pg_advisory_lock(1).
// Where state_hints.h errs on the side of "may", this errs on the other: a text that is refused for what it holds must
// hold it. What is not seen here is found when the server is asked. (PostgreSQL documentation: "SQL Commands")
#pragma once

#include <string_view>

#include "protocol/state_hints.h"

namespace howdah::protocol {

[[nodiscard]] StateKinds explicit_state(std::string_view text);

}  // namespace howdah::protocol
