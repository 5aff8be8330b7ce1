// The messages that we make ourselves, whole. Each function appends to `out`.
// (PostgreSQL documentation: "Message Formats")
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::protocol {

enum class TransactionStatus : char { Idle = 'I', InTransaction = 'T', Failed = 'E' };

// Anything else than the three letters is not a status.
[[nodiscard]] bool is_transaction_status(char letter);

void append_ready_for_query(std::string& out, TransactionStatus status);
void append_command_complete(std::string& out, std::string_view tag);
void append_parameter_status(std::string& out, std::string_view name, std::string_view value);
// `key`: 4 bytes, or 4 to 256 in protocol 3.2.
void append_backend_key_data(std::string& out, std::int32_t process_id, Bytes key);
void append_query(std::string& out, std::string_view text);
void append_sync(std::string& out);
void append_flush(std::string& out);
void append_copy_fail(std::string& out, std::string_view reason);

}  // namespace howdah::protocol
