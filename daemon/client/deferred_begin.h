// A BEGIN that has been answered without a server: it goes in front of the first statement of its transaction, in the
// same write, so that no server stands idle in a transaction that has not begun. Owned by a session. (PostgreSQL
// documentation: "BEGIN", "Transaction Management")
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/client/handed_client.h"
#include "daemon/io/output_batch.h"
#include "daemon/server/server_connection.h"
#include "protocol/messages.h"

namespace howdah::client {

class DeferredBegin {
 public:
  [[nodiscard]] bool is_open() const { return state_ != State::None; }
  // What the client believes.
  [[nodiscard]] protocol::TransactionStatus status() const;
  [[nodiscard]] bool is_failed() const { return state_ == State::Failed; }

  void open(std::string_view text);
  void open(const HandedClient::Begin& begin) {
    open(begin.text);
    if (begin.is_failed) fail();
  }
  // Nothing where none is open.
  [[nodiscard]] std::optional<HandedClient::Begin> handed() const {
    return is_open() ? std::optional(HandedClient::Begin{.text = text_, .is_failed = is_failed()}) : std::nullopt;
  }
  // A statement of the transaction was refused before it reached a server: the transaction can only be rolled back.
  void fail() { state_ = State::Failed; }
  void close() { state_ = State::None; }

  // Brings the server to where the client believes to be; the transaction is the server's from then on.
  void put_in_front(server::ServerConnection& server, io::OutputBatch& out);

 private:
  enum class State { None, Begun, Failed };
  State state_ = State::None;
  std::string text_;
};

}  // namespace howdah::client
