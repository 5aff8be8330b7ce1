#include "protocol/notification.h"

namespace howdah::protocol {

namespace {

std::string quoted_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace

std::optional<Notification> read_notification(Bytes body) {
  ByteReader reader(body);
  const auto process_id = reader.int32();
  const auto channel = reader.c_string();
  const auto payload = reader.c_string();
  if (!process_id || !channel || !payload) return std::nullopt;
  return Notification{.process_id = *process_id, .channel = *channel, .payload = *payload};
}

void append_notification(std::string& out, const Notification& notification) {
  MessageWriter(out, 'A').int32(notification.process_id).c_string(notification.channel).c_string(notification.payload);
}

std::string for_each_channel(std::string_view command, const Channels& channels) {
  std::string commands;
  for (const auto& channel : channels) commands.append(command).append(" ").append(quoted_identifier(channel)) += ';';
  return commands;
}

std::string notify_command(std::string_view channel, std::string_view payload) {
  return std::string("NOTIFY ").append(quoted_identifier(channel)).append(",'").append(payload).append("';");
}

}  // namespace howdah::protocol
