// Texts that leave nothing on a server, whatever is in its database. (PostgreSQL documentation: "DISCARD")
#pragma once

#include <string_view>

namespace howdah::protocol {

// Nothing but statements that read no table and call no function: a SELECT of constants, SHOW, the beginning and the
// end of a transaction, none at all. That is all that can be told from a text. A table may be a view or have policies,
// an INSERT runs defaults and triggers (and a sequence remembers its last value in the session), an operator may be
// anybody's: behind each of them may be a function that sets, locks, listens or creates. False where in doubt.
[[nodiscard]] bool leaves_no_trace(std::string_view text);

}  // namespace howdah::protocol
