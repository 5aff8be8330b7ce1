#include "protocol/password_message.h"

#include "protocol/sqlstate.h"

namespace howdah::protocol {

namespace {

constexpr std::size_t kLengthBytes = 4;

}  // namespace

std::expected<std::optional<PasswordMessage>, PasswordMessageFault> split_password_message(Bytes bytes,
                                                                                           std::size_t max_length) {
  ByteReader reader(bytes);
  const auto type = reader.byte();
  if (!type) return std::nullopt;
  if (*type != 'p') return std::unexpected(PasswordMessageFault::WrongType);
  const auto length = reader.int32();
  if (!length) return std::nullopt;
  if (*length < static_cast<std::int32_t>(kLengthBytes) || static_cast<std::size_t>(*length) > max_length)
    return std::unexpected(PasswordMessageFault::WrongLength);
  const auto body = reader.take(static_cast<std::size_t>(*length) - kLengthBytes);
  if (!body) return std::nullopt;
  return PasswordMessage{.type = 'p', .body = *body, .size_bytes = 1 + static_cast<std::size_t>(*length)};
}

std::expected<std::string_view, ErrorFields> parse_password(Bytes body) {
  if (body.find('\0') != body.size() - 1 || body.empty()) {
    return std::unexpected(make_error(Severity::Fatal, sqlstate::kProtocolViolation, "invalid password packet size"));
  }
  if (body.size() == 1) {
    return std::unexpected(
        make_error(Severity::Fatal, sqlstate::kInvalidPassword, "empty password returned by client"));
  }
  return body.substr(0, body.size() - 1);
}

}  // namespace howdah::protocol
