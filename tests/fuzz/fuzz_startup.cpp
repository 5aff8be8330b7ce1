// The first packet of a connection: hostile before anything is known of its sender.
#include <algorithm>
#include <cstdint>
#include <string>

#include "protocol/peer_cancel.h"
#include "protocol/startup.h"
#include "protocol/startup_options.h"
#include "tests/fuzz/promise.h"

namespace howdah::fuzz {

namespace {

void check_refusal(const protocol::StartupRefusal& refusal) {
  std::string out;
  protocol::append_refusal(out, refusal);
  promise(refusal.error.has_value() || out.empty(), "silence has no bytes");
  if (refusal.error) promise(refusal.error->severity == protocol::Severity::Fatal, "a refusal is fatal");
}

void check_message(const protocol::StartupMessage& message) {
  promise(!message.user.empty() && message.user.size() <= protocol::kMaxNameBytes, "a user has a name");
  promise(!message.database.empty() && message.database.size() <= protocol::kMaxNameBytes, "a database has a name");
  promise(message.major_version == protocol::kMajorVersion, "other versions are refused");
  promise(protocol::negotiated_minor_version(message) <= protocol::kNewestMinorVersion, "no newer version than ours");
  for (const auto& [name, value] : message.settings)
    promise(!name.contains('\0') && !value.contains('\0'), "texts end at their zero byte");
  static_cast<void>(protocol::wants_replication(message));
  std::string out;
  protocol::append_negotiation(out, message);
  promise(out.empty() || out.front() == 'v', "a negotiation is one message");
}

void check_packet(protocol::Bytes packet) {
  const auto parsed = protocol::parse_startup_packet(packet);
  if (!parsed) return check_refusal(parsed.error());
  if (const auto* message = std::get_if<protocol::StartupMessage>(&*parsed)) check_message(*message);
  if (const auto* cancel = std::get_if<protocol::CancelRequest>(&*parsed))
    promise(cancel->key.size() >= 4 && cancel->key.size() <= 256, "a key has 4 to 256 bytes");
  if (const auto* peer = std::get_if<protocol::PeerRequest>(&*parsed)) {
    promise(protocol::may_begin_peer_request(packet), "a request begins as one");
    std::string again;
    protocol::append_peer_request(again, *peer);
    promise(again == packet, "a request has one spelling");
  }
}

// The size is told with the fourth byte, and more bytes do not change it.
void check_size(protocol::Bytes bytes) {
  const auto size = protocol::startup_packet_size(bytes);
  for (std::size_t count = 0; count < std::min<std::size_t>(bytes.size(), 8); ++count) {
    const std::string front(bytes.substr(0, count));
    const auto early = protocol::startup_packet_size(front);
    if (early && *early) promise(size && *size == *early, "a size stays what it was");
    if (!early) promise(!size, "a refusal stays one");
  }
  if (!size) return check_refusal(size.error());
  if (!*size) return promise(bytes.size() < 4, "four bytes tell the size");
  promise(**size >= 4 && **size <= protocol::kMaxStartupPacketBytes, "a packet has a bounded size");
  if (bytes.size() >= **size) check_packet(std::string(bytes.substr(0, **size)));
}

void check_options(std::string_view options) {
  protocol::SettingList settings;
  const auto error = protocol::append_option_settings(settings, options);
  if (error) promise(error->severity == protocol::Severity::Fatal, "wrong options are fatal");
  std::size_t bytes = 0;
  for (const auto& word : protocol::split_options(options)) bytes += word.size();
  promise(bytes <= options.size(), "words hold no more than the text");
}

}  // namespace

}  // namespace howdah::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah::fuzz;
  const auto bytes = view_of(data, size);
  check_size(bytes);
  if (!bytes.contains('\0')) check_options(std::string(bytes));
  return 0;
}
