// A client on its way from one process to the next, as a record.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/client/handed_client.h"
#include "daemon/takeover/record.h"

namespace howdah::takeover {

[[nodiscard]] Record to_record(const client::HandedClient& client);

// Settings that are the same are one, as clients that log in share theirs. Lives as long as one takeover.
class KnownSettings {
 public:
  // Null: none. Nothing where the bytes are no settings.
  [[nodiscard]] std::optional<protocol::SessionSettings> read(protocol::Bytes encoded);

 private:
  std::unordered_map<std::string, protocol::SessionSettings> known_;
};

// Nothing where something is missing or cannot be understood. `socket`: the client's connection.
[[nodiscard]] std::optional<client::HandedClient> read_client(const Record& record, int socket,
                                                              KnownSettings& settings);

}  // namespace howdah::takeover
