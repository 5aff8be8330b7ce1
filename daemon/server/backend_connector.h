// How a pool gets a server connection: an interface, so that tests hand out scripted ones.
// The real one logs in with libpq (libpq_connector.h). One for each worker, on its thread only.
#pragma once

#include <expected>
#include <map>
#include <memory>
#include <string>

#include "config/settings.h"
#include "daemon/io/stream.h"
#include "protocol/crypto.h"
#include "protocol/error_fields.h"

namespace howdah::server {

class PasswordSource;

// Whom to log in where. Texts that are empty are left to the connection string, to libpq's environment-free defaults
// and to its password file.
struct BackendTarget {
  std::string connection_string;               // as in the configuration
  std::string user = {};                       // used where the connection string names none
  std::string database = {};                   // likewise
  protocol::SecretText password = {};          // likewise; plain text
  bool is_overriding = false;                  // user and password count, whatever the connection string says of them
  protocol::SecretText scram_client_key = {};  // in place of a password, in base64, where libpq knows such
  protocol::SecretText scram_server_key = {};
  PasswordSource* passwords = nullptr;  // asked for the password at each log-in; null: it stands above
  std::int64_t tcp_socket_buffer = 0;   // of a TCP connection, each way, in bytes; 0: as the kernel does it
};

// Told when a cancel has been dealt with, well or badly: the backend has closed the cancel connection, or time is up.
class CancelHandler {
 public:
  virtual void on_cancel_done() = 0;

 protected:
  ~CancelHandler() = default;
};

// The right to cancel what one server runs. (PostgreSQL documentation: "Canceling Requests in Progress")
class CancelTicket {
 public:
  virtual ~CancelTicket() = default;
  // Sends one CancelRequest off the loop, in bounded time; tells `handler` on this worker's thread, never before it
  // returns. One at a time. Destroying the ticket forgets the handler.
  virtual void send(CancelHandler& handler) = 0;
};

// A server that has just logged in: idle, outside a transaction, every byte of the log-in read.
struct LoggedIn {
  std::unique_ptr<io::Stream> stream;
  std::unique_ptr<CancelTicket> cancel;
  std::map<std::string, std::string> parameters;  // what ParameterStatus told, by name
  std::int32_t process_id = 0;
  std::string address;             // "127.0.0.1:5432" or "unix:/run/postgresql/.s.PGSQL.5432"
  bool has_used_password = false;  // the backend has asked for one, and taken it
};

class LoginHandler {
 public:
  // Once, never before `start` returns. The error is the backend's own where it spoke (its SQLSTATE and message),
  // else 08001 with what libpq or the system said.
  virtual void on_login(std::expected<LoggedIn, protocol::ErrorFields> result) = 0;

 protected:
  ~LoginHandler() = default;
};

// A log-in under way; destroying it ends it and forgets the handler.
class PendingLogin {
 public:
  virtual ~PendingLogin() = default;
};

class BackendConnector {
 public:
  virtual ~BackendConnector() = default;
  [[nodiscard]] virtual std::unique_ptr<PendingLogin> start(const BackendTarget& target, config::Milliseconds timeout,
                                                            LoginHandler& handler) = 0;
  // A stream that has left its loop, and its ticket, go on here. Another connector of this kind has made them.
  virtual void take_over(io::Stream& stream, CancelTicket& cancel) = 0;
};

}  // namespace howdah::server
