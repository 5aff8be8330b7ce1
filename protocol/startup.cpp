#include "protocol/startup.h"

#include <algorithm>
#include <iterator>

#include "protocol/sqlstate.h"
#include "protocol/startup_options.h"

namespace howdah::protocol {

namespace {

constexpr std::size_t kMinPacketBytes = 8;
constexpr std::size_t kMinCancelKeyBytes = 4;
constexpr std::size_t kMaxCancelKeyBytes = 256;
constexpr std::string_view kProtocolOptionPrefix = "_pq_.";

struct Version {
  std::uint16_t major_version;
  std::uint16_t minor_version;
};

StartupRefusal refuse(std::string_view sqlstate, std::string message) {
  return {.error = make_error(Severity::Fatal, sqlstate, std::move(message))};
}

StartupRefusal refuse_layout() {
  return refuse(sqlstate::kProtocolViolation, "invalid startup packet layout: expected terminator as last byte");
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (auto& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

bool begins(std::string_view word, std::string_view text) {
  return !text.empty() && word.starts_with(text);
}

// A boolean as PostgreSQL reads it: words may be cut short where they stay unambiguous.
std::optional<bool> parse_boolean(std::string_view text) {
  const auto word = lower_case(text);
  if (begins("true", word) || begins("yes", word) || word == "1" || word == "on") return true;
  if (begins("false", word) || begins("no", word) || word == "0" || word == "of" || word == "off") return false;
  return std::nullopt;
}

bool is_valid_replication(std::string_view value) {
  return value == "database" || parse_boolean(value).has_value();
}

StartupRefusal refuse_replication(std::string_view value) {
  auto refusal = refuse(sqlstate::kInvalidParameterValue,
                        "invalid value for parameter \"replication\": \"" + std::string(value) + '"');
  refusal.error->hint = R"(Valid values are: "false", 0, "true", 1, "database".)";
  return refusal;
}

std::expected<StartupPacket, StartupRefusal> parse_cancel(ByteReader reader) {
  const auto process_id = reader.int32();
  const auto key = reader.rest();
  if (!process_id || key.size() < kMinCancelKeyBytes || key.size() > kMaxCancelKeyBytes)
    return std::unexpected(StartupRefusal{});
  return CancelRequest{.process_id = *process_id, .key = std::string(key)};
}

std::expected<StartupPacket, StartupRefusal> parse_peer_request(ByteReader reader) {
  const auto from = reader.byte();
  const auto to = reader.byte();
  const auto nonce = reader.rest();
  if (!from || !to || nonce.size() != kPeerNonceBytes) return std::unexpected(StartupRefusal{});
  return PeerRequest{.from = *from, .to = *to, .nonce = std::string(nonce)};
}

// The name and value pairs, up to the terminator.
class ParameterList {
 public:
  explicit ParameterList(Version version) {
    message_.major_version = version.major_version;
    message_.minor_version = version.minor_version;
  }

  std::expected<StartupPacket, StartupRefusal> parse(ByteReader reader) {
    if (auto refusal = read_pairs(reader)) return std::unexpected(std::move(*refusal));
    if (message_.user.empty()) return std::unexpected(refuse_missing_user());
    if (message_.database.empty()) message_.database = message_.user;
    if (message_.user.size() > kMaxNameBytes) message_.user.resize(kMaxNameBytes);
    if (message_.database.size() > kMaxNameBytes) message_.database.resize(kMaxNameBytes);
    apply_settings();
    return std::move(message_);
  }

 private:
  std::optional<StartupRefusal> read_pairs(ByteReader reader) {
    while (true) {
      const auto name = reader.c_string();
      // PostgreSQL takes any last byte for the terminator.
      if (!name) return layout_judgement(reader.rest().size() == 1);
      if (name->empty()) return layout_judgement(reader.is_empty());
      // A value without its end is looked at before the layout.
      const auto rest = reader.rest();
      if (rest.empty()) return refuse_layout();
      const auto value = reader.c_string();
      if (auto refusal = take(*name, value.value_or(rest))) return refusal;
      if (!value) return refuse_layout();
    }
  }

  static std::optional<StartupRefusal> layout_judgement(bool is_right) {
    if (is_right) return std::nullopt;
    return refuse_layout();
  }

  std::optional<StartupRefusal> take(std::string_view name, std::string_view value) {
    if (name == "user") {
      message_.user = value;
    } else if (name == "database") {
      message_.database = value;
    } else if (name == "options") {
      options_ = value;
    } else if (name == "replication") {
      if (!is_valid_replication(value)) return refuse_replication(value);
      message_.replication = value;
    } else if (name.starts_with(kProtocolOptionPrefix)) {
      message_.unknown_protocol_options.emplace_back(name);
    } else {
      parameters_.emplace_back(name, value);
    }
    return std::nullopt;
  }

  StartupRefusal refuse_missing_user() const {
    auto refusal = refuse(sqlstate::kInvalidAuthorization, "no PostgreSQL user name specified in startup packet");
    append_negotiation(refusal.preamble, message_);
    return refusal;
  }

  // The server runs the switches of `options` first, wherever they stand in the packet.
  void apply_settings() {
    message_.options_error = append_option_settings(message_.settings, options_);
    if (message_.options_error) return;
    std::ranges::move(parameters_, std::back_inserter(message_.settings));
  }

  StartupMessage message_;
  std::string_view options_;
  SettingList parameters_;
};

// What a server of protocol 2 would have sent: no length, one text, a zero byte.
void append_old_error(std::string& out, const ErrorFields& error) {
  out.push_back('E');
  append_c_string(out, std::string(severity_name(error.severity)) + ":  " + error.message + '\n');
}

}  // namespace

std::expected<std::optional<std::size_t>, StartupRefusal> startup_packet_size(Bytes bytes) {
  const auto length = ByteReader(bytes).int32();
  if (!length) return std::nullopt;
  if (*length < static_cast<std::int32_t>(kMinPacketBytes) ||
      *length > static_cast<std::int32_t>(kMaxStartupPacketBytes))
    return std::unexpected(StartupRefusal{});
  return static_cast<std::size_t>(*length);
}

std::expected<StartupPacket, StartupRefusal> parse_startup_packet(Bytes packet) {
  const auto size = startup_packet_size(packet);
  if (!size) return std::unexpected(size.error());
  if (*size != packet.size()) return std::unexpected(StartupRefusal{});
  const auto code = static_cast<std::uint32_t>(read_int32(packet.substr(4)));
  const Version version{static_cast<std::uint16_t>(code >> 16), static_cast<std::uint16_t>(code & 0xffff)};
  const ByteReader reader(packet.substr(kMinPacketBytes));
  if (version.major_version == kRequestMajor) {
    if (version.minor_version == kCancelMinor) return parse_cancel(reader);
    if (version.minor_version == kSslMinor) return SslRequest{};
    if (version.minor_version == kGssMinor) return GssRequest{};
  }
  if (version.major_version == kPeerMajor && version.minor_version == kPeerMinor) return parse_peer_request(reader);
  if (version.major_version != kMajorVersion)
    return std::unexpected(refuse_protocol(version.major_version, version.minor_version));
  return ParameterList(version).parse(reader);
}

StartupRefusal refuse_protocol(std::uint16_t major, std::uint16_t minor) {
  const auto version = [](unsigned high, unsigned low) { return std::to_string(high) + '.' + std::to_string(low); };
  auto refusal = refuse(sqlstate::kFeatureNotSupported, "unsupported frontend protocol " + version(major, minor) +
                                                            ": server supports " + version(kMajorVersion, 0) + " to " +
                                                            version(kMajorVersion, kNewestMinorVersion));
  // All zeros are "no version yet" to PostgreSQL, and answered in the new format.
  refusal.old_format = major < kMajorVersion && (major != 0 || minor != 0);
  return refusal;
}

std::uint16_t negotiated_minor_version(const StartupMessage& message) {
  return std::min(message.minor_version, kNewestMinorVersion);
}

bool wants_replication(const StartupMessage& message) {
  return message.replication == "database" || parse_boolean(message.replication).value_or(false);
}

void append_negotiation(std::string& out, const StartupMessage& message) {
  const auto minor = negotiated_minor_version(message);
  if (minor == message.minor_version && message.unknown_protocol_options.empty()) return;
  MessageWriter writer(out, 'v');
  writer.int32(kMajorVersion << 16 | minor);
  writer.int32(static_cast<std::int32_t>(message.unknown_protocol_options.size()));
  for (const auto& name : message.unknown_protocol_options) writer.c_string(name);
}

void append_refusal(std::string& out, const StartupRefusal& refusal) {
  out.append(refusal.preamble);
  if (!refusal.error) return;
  if (refusal.old_format) {
    append_old_error(out, *refusal.error);
  } else {
    append_error(out, *refusal.error);
  }
}

}  // namespace howdah::protocol
