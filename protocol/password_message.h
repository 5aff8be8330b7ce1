// The messages that a client sends while it logs in: all of type 'p' (PasswordMessage, SASLInitialResponse,
// SASLResponse), read before anything is known of the client. (PostgreSQL documentation: "Message Formats")
#pragma once

#include <expected>
#include <optional>
#include <string_view>

#include "protocol/bytes.h"
#include "protocol/error_fields.h"

namespace howdah::protocol {

// Highest values of the length field, which counts itself.
inline constexpr std::size_t kMaxPasswordLength = 65535;
inline constexpr std::size_t kMaxSaslLength = 1024;

struct PasswordMessage {
  char type = 'p';
  Bytes body;                  // lies in the input
  std::size_t size_bytes = 0;  // of the whole message, to be taken from the input
};

enum class PasswordMessageFault { WrongType, WrongLength };

// The message at the front of `bytes`; nothing when more bytes are needed. A wrong type is told as soon as
// the first byte is there, a wrong length with the fifth.
[[nodiscard]] std::expected<std::optional<PasswordMessage>, PasswordMessageFault> split_password_message(
    Bytes bytes, std::size_t max_length);

// The password in the body of a PasswordMessage; lies in `body`. FATAL 08P01 where it is not one text with
// its zero byte, 28P01 where it is empty.
[[nodiscard]] std::expected<std::string_view, ErrorFields> parse_password(Bytes body);

}  // namespace howdah::protocol
