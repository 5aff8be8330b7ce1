#include "protocol/messages.h"

namespace howdah::protocol {

bool is_transaction_status(char letter) {
  return letter == 'I' || letter == 'T' || letter == 'E';
}

void append_ready_for_query(std::string& out, TransactionStatus status) {
  MessageWriter(out, 'Z').byte(static_cast<char>(status));
}

void append_command_complete(std::string& out, std::string_view tag) {
  MessageWriter(out, 'C').c_string(tag);
}

void append_parameter_status(std::string& out, std::string_view name, std::string_view value) {
  MessageWriter(out, 'S').c_string(name).c_string(value);
}

void append_backend_key_data(std::string& out, std::int32_t process_id, Bytes key) {
  MessageWriter(out, 'K').int32(process_id).bytes(key);
}

void append_query(std::string& out, std::string_view text) {
  MessageWriter(out, 'Q').c_string(text);
}

void append_sync(std::string& out) {
  MessageWriter(out, 'S');
}

void append_flush(std::string& out) {
  MessageWriter(out, 'H');
}

void append_copy_fail(std::string& out, std::string_view reason) {
  MessageWriter(out, 'f').c_string(reason);
}

}  // namespace howdah::protocol
