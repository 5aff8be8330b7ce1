// All that a client has with us while it is between two transactions: what another process needs to go on with it.
// A value; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "daemon/cancel/key_registry.h"
#include "daemon/io/peer_address.h"
#include "protocol/session_settings.h"
#include "protocol/statement_shape.h"

namespace howdah::client {

// See protocol::Statement.
struct HandedStatement {
  std::string variant = {};
  std::string definition = {};
  protocol::StatementShape told = {};
  bool is_outdated = false;
};

struct HandedClient {
  struct Named {
    std::string name = {};
    HandedStatement statement = {};
  };
  // See UnnamedStatement; either a definition of its own or a shared statement.
  struct Unnamed {
    std::string definition = {};
    std::optional<HandedStatement> shared = {};
    bool names_statements = false;
    bool is_setting = false;
  };
  // A BEGIN that no server has seen yet.
  struct Begin {
    std::string text = {};
    bool is_failed = false;
  };

  std::uint64_t id = 0;
  std::string user = {};
  std::string database = {};
  io::PeerAddress peer = {};
  std::chrono::system_clock::time_point connected_at = {};
  cancel::CancelKey key = {};
  bool is_statement_mode = false;
  bool reads_sequences = false;  // somebody in its database does
  protocol::SessionSettings startup_settings = {};
  protocol::SessionSettings settings = {};
  std::vector<Named> statements = {};
  std::vector<std::string> sql_names = {};
  std::optional<Unnamed> unnamed = {};
  std::optional<Begin> begin = {};
  std::string unread = {};  // what it has asked for and nobody has taken yet
};

}  // namespace howdah::client
