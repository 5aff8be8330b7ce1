#include "protocol/frame_walker.h"

#include <algorithm>

namespace howdah::protocol {

namespace {

// PostgreSQL's limits for the length word of small and of large messages (pqcomm.h, libpq.h: not documented,
// measured).
constexpr std::int32_t kSmallMessage = 10000;
constexpr std::int32_t kLargeMessage = 0x3fffffff - 1;
constexpr std::int32_t kAnyLength = 0x7fffffff;

constexpr std::uint32_t kWholeSmall = kSmallMessage + 1;
constexpr std::uint32_t kStatementFront = 16 * 1024;   // of a Query: where its names are looked for
constexpr std::uint32_t kStatementWhole = 256 * 1024;  // of a Parse: what can be prepared again on another server
constexpr std::uint32_t kNames = 1024;                 // of a Bind: portal and statement
constexpr std::uint32_t kErrorFront = 1024;            // severity and SQLSTATE come first
constexpr std::uint32_t kDescription = 16 * 1024;      // of parameters and columns: what can be compared
constexpr std::int32_t kLargestParameter = 16384;

constexpr std::size_t index_of(char type) {
  return static_cast<std::uint8_t>(type);
}

constexpr FrameRules make_client_rules() {
  FrameRules rules{};
  rules[index_of('Q')] = {kLargeMessage, kStatementFront};
  rules[index_of('P')] = {kLargeMessage, kStatementWhole};
  rules[index_of('B')] = {kLargeMessage, kNames};
  for (const char type : {'F', 'd', 'p'}) rules[index_of(type)] = {kLargeMessage, 0};
  for (const char type : {'C', 'D'}) rules[index_of(type)] = {kSmallMessage, kWholeSmall};
  rules[index_of('E')] = {kSmallMessage, kFrameHeaderBytes + 1};  // whether it is the unnamed portal
  for (const char type : {'H', 'S', 'X', 'c', 'f'}) rules[index_of(type)] = {kSmallMessage, kWholeSmall};
  rules[index_of('p')] = {};  // only during the log-in, which has its own reader
  return rules;
}

constexpr FrameRules make_server_rules() {
  FrameRules rules{};
  for (const char type : {'1', '2', '3', 'A', 'C', 'D', 'E', 'G', 'H', 'I', 'K', 'N',
                          'R', 'S', 'T', 'V', 'W', 'Z', 'c', 'd', 'n', 's', 't', 'v'}) {
    rules[index_of(type)] = {kAnyLength, 0};
  }
  rules[index_of('Z')] = {5, 6};
  rules[index_of('C')].inspect_bytes = kErrorFront;
  rules[index_of('E')].inspect_bytes = kErrorFront;
  for (const char type : {'t', 'T'}) rules[index_of(type)].inspect_bytes = kDescription;
  rules[index_of('S')] = {kLargestParameter, kLargestParameter + 1};
  return rules;
}

constexpr FrameRules kClientRules = make_client_rules();
constexpr FrameRules kServerRules = make_server_rules();

}  // namespace

const FrameRules& client_frame_rules() {
  return kClientRules;
}

const FrameRules& server_frame_rules() {
  return kServerRules;
}

std::expected<std::optional<Piece>, FrameError> FrameWalker::peek(Bytes bytes) const {
  if (bytes.empty()) return std::nullopt;
  if (missing_bytes_ > 0) {
    const auto size = std::min<std::size_t>(bytes.size(), missing_bytes_);
    return Piece{type_, false, size == missing_bytes_, bytes.substr(0, size)};
  }
  const auto& rule = (*rules_)[index_of(bytes.front())];
  if (rule.max_length == 0) return std::unexpected(FrameError::UnknownType);
  if (bytes.size() < kFrameHeaderBytes) return std::nullopt;
  const auto length = read_int32(bytes.substr(1));
  if (length < 4 || length > rule.max_length) return std::unexpected(FrameError::InvalidLength);
  const auto frame_bytes = static_cast<std::size_t>(length) + 1;
  if (bytes.size() < std::min<std::size_t>(frame_bytes, rule.inspect_bytes)) return std::nullopt;
  const auto size = std::min(bytes.size(), frame_bytes);
  return Piece{bytes.front(), true, size == frame_bytes, bytes.substr(0, size)};
}

void FrameWalker::advance(const Piece& piece) {
  type_ = piece.type;
  const auto size = static_cast<std::uint32_t>(piece.bytes.size());
  if (!piece.is_start) {
    missing_bytes_ -= size;
  } else {
    missing_bytes_ = static_cast<std::uint32_t>(read_int32(piece.bytes.substr(1))) + 1 - size;
  }
}

}  // namespace howdah::protocol
