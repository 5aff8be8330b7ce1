// The first packet of a connection: parsing it, and the answers that it can get before authentication.
// They are PostgreSQL's own, byte for byte, save that 3.2 is the newest version (as in PostgreSQL 18).
// (PostgreSQL documentation: "Start-up", "Canceling Requests in Progress", "SSL Session Encryption")
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/bytes.h"
#include "protocol/error_fields.h"

namespace howdah::protocol {

// PostgreSQL takes 10,000 bytes behind the four of the length.
inline constexpr std::size_t kMaxStartupPacketBytes = 10004;
// Names of users and databases are cut off after this many bytes, as PostgreSQL does.
inline constexpr std::size_t kMaxNameBytes = 63;
inline constexpr std::uint16_t kMajorVersion = 3;
inline constexpr std::uint16_t kNewestMinorVersion = 2;

// Why a connection ends before authentication.
struct StartupRefusal {
  std::optional<ErrorFields> error = {};  // none: close without a word
  bool old_format = false;                // the client speaks protocol 1 or 2: a text without a length
  std::string preamble = {};              // whole messages that PostgreSQL sends before this error
};

struct StartupMessage {
  std::uint16_t major_version = kMajorVersion;
  std::uint16_t minor_version = 0;  // as asked for, maybe newer than ours: see negotiated_minor_version
  std::string user;                 // never empty
  std::string database;             // the user's name where none was given
  std::string replication;          // raw, judged to be valid; empty if absent; see wants_replication
  // Run-time parameters in the order in which PostgreSQL sets them, those from `options` first; the later one
  // wins. Names are as the client spelt them (dashes of `options` already underscores); nothing says that
  // they exist.
  std::vector<std::pair<std::string, std::string>> settings;
  std::vector<std::string> unknown_protocol_options;  // names that begin with "_pq_."
  // `options` holds what PostgreSQL refuses: tell it, FATAL, but only after authentication. `settings` then
  // holds what stood before it.
  std::optional<ErrorFields> options_error;
};

struct CancelRequest {
  std::int32_t process_id = 0;
  std::string key;  // 4 to 256 bytes
};

struct SslRequest {};
struct GssRequest {};

// Another howdah, which wants to forward a cancel: see peer_cancel.h. PostgreSQL does not know its code.
struct PeerRequest {
  std::uint8_t from = 0;  // numbers of instances
  std::uint8_t to = 0;
  std::string nonce;  // kPeerNonceBytes
};
inline constexpr std::size_t kPeerNonceBytes = 32;

using StartupPacket = std::variant<StartupMessage, CancelRequest, SslRequest, GssRequest, PeerRequest>;

// How many bytes the packet at the front has, its length included; nothing while fewer than four bytes are
// there. Never more than kMaxStartupPacketBytes.
[[nodiscard]] std::expected<std::optional<std::size_t>, StartupRefusal> startup_packet_size(Bytes bytes);

// A whole packet, its length included. Owns all it returns.
[[nodiscard]] std::expected<StartupPacket, StartupRefusal> parse_startup_packet(Bytes packet);

// A version that we do not speak. Also PostgreSQL's answer to an SSLRequest ("1234.5679") over TLS, and to a
// GSSENCRequest ("1234.5680") that comes a second time.
[[nodiscard]] StartupRefusal refuse_protocol(std::uint16_t major, std::uint16_t minor);
inline constexpr std::uint16_t kRequestMajor = 1234;
inline constexpr std::uint16_t kCancelMinor = 5678;
inline constexpr std::uint16_t kSslMinor = 5679;
inline constexpr std::uint16_t kGssMinor = 5680;
// That of a PeerRequest: "HW", version 1.
inline constexpr std::uint16_t kPeerMajor = 0x4857;
inline constexpr std::uint16_t kPeerMinor = 1;

// The minor version that the session speaks.
[[nodiscard]] std::uint16_t negotiated_minor_version(const StartupMessage& message);

// `replication` asks for a replication connection ("false" and its spellings do not).
[[nodiscard]] bool wants_replication(const StartupMessage& message);

// NegotiateProtocolVersion, if the client asked for what we do not know; else nothing. Once, before
// authentication.
void append_negotiation(std::string& out, const StartupMessage& message);

// The refusal in the format that its client reads; nothing where the connection closes without a word.
void append_refusal(std::string& out, const StartupRefusal& refusal);

}  // namespace howdah::protocol
