#include "protocol/frame_walker.h"

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
  for (const char type : {'d', 'p'}) rules[index_of(type)] = {kLargeMessage, 0};
  rules[index_of('F')] = {kLargeMessage, kFrameHeaderBytes + sizeof(std::int32_t)};  // the function's number
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
  rules[index_of('A')].inspect_bytes = kWholeSmall;  // channel and payload together have less than 8200 bytes
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

}  // namespace howdah::protocol
