// NotificationResponse, and the commands by which channels are listened to.
// (PostgreSQL documentation: "Message Formats", "LISTEN", "UNLISTEN", "NOTIFY")
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::protocol {

// The names of channels, as PostgreSQL would tell them.
using Channels = std::set<std::string, std::less<>>;

struct Notification {
  std::int32_t process_id = 0;  // of the backend that ran the NOTIFY
  std::string_view channel = {};
  std::string_view payload = {};
};

// Of the body of a message; nothing where it is none.
[[nodiscard]] std::optional<Notification> read_notification(Bytes body);
void append_notification(std::string& out, const Notification& notification);

// `LISTEN "name";`, or the like for UNLISTEN and others, for each of them.
[[nodiscard]] std::string for_each_channel(std::string_view command, const Channels& channels);
// `payload` holds no quotes.
[[nodiscard]] std::string notify_command(std::string_view channel, std::string_view payload);

}  // namespace howdah::protocol
