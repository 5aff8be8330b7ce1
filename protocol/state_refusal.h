// State that a pool refuses (pool.state.*: reject). The server itself is made to refuse the statement, so that its
// transaction fails, and the rest of a pipeline is skipped, as with any other error; what it says is replaced.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/error_fields.h"
#include "protocol/state_hints.h"

namespace howdah::protocol {

// A statement that every server refuses once it looks at what it means; a failed transaction is told before that.
[[nodiscard]] std::string refused_statement(StateKind kind);
// The server's error is about such a statement.
[[nodiscard]] std::optional<StateKind> refused_kind(const ErrorFields& error);

// In place of that error.
[[nodiscard]] ErrorFields state_refusal(StateKind kind);
// It was found once the transaction had ended: the last words to its client.
[[nodiscard]] ErrorFields late_state_refusal(StateKind kind);

}  // namespace howdah::protocol
