// Plain forms of SET and RESET: those whose effect can be told from the text alone, so that the value is the same on
// whatever server it is set again. (PostgreSQL documentation: "SET", "RESET", "Setting Parameters")
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/session_settings.h"

namespace howdah::protocol {

struct SetCommand {
  enum class Kind {
    Set,
    Reset,
    ResetAll,
    Local,  // SET LOCAL: nothing of it outlasts its transaction
  };
  Kind kind = Kind::Set;
  std::string name = {};    // in lower case
  SettingValue value = {};  // of Set and Local; the latter's may be Default
};

// Also RESET ALL behind statements that leave no setting, as drivers send it when a connection goes back to a pool.
// Nothing for every other text: several statements, values whose meaning depends on the connection (bytes
// beyond ASCII, backslashes, E'', $$), settings that do more than to have a value (role, seed, transaction_isolation).
// Whether there is such a setting, and whether it takes the value, is the server's to say.
[[nodiscard]] std::optional<SetCommand> read_set_command(std::string_view text);

}  // namespace howdah::protocol
