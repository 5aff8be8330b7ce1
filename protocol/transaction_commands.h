// Texts that only begin or end a transaction. (PostgreSQL documentation: "BEGIN", "START TRANSACTION", "COMMIT", "END",
// "ROLLBACK", "ABORT")
#pragma once

#include <optional>
#include <string_view>

namespace howdah::protocol {

struct TransactionCommand {
  enum class Kind { Begin, End };
  Kind kind;
  std::string_view tag;  // of its CommandComplete, a constant
};

// Nothing for every other text, and for every form that a server might refuse or that does more: COMMIT AND CHAIN,
// SERIALIZABLE and READ WRITE (which a standby refuses), several statements, an unknown spelling.
[[nodiscard]] std::optional<TransactionCommand> read_transaction_command(std::string_view text);

}  // namespace howdah::protocol
