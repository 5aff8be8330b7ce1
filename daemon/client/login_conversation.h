// The part of a connection before its client is known: startup packets, encryption requests, cancel requests and the
// exchange of authentication. No I/O: it is given bytes and appends the answers.
// (PostgreSQL documentation: "Start-up", "Canceling Requests in Progress", "SSL Session Encryption")
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/access_rules.h"
#include "config/settings.h"
#include "daemon/auth/client_authentication.h"
#include "daemon/auth/secret_store.h"
#include "daemon/auth/server_secrets.h"
#include "daemon/client/admission.h"
#include "daemon/io/peer_address.h"
#include "protocol/startup.h"

namespace howdah::client {

// Names of the database that is the console.
[[nodiscard]] bool is_console_name(std::string_view database);

// What log-ins share; all of it outlives them.
struct LoginEnvironment {
  std::shared_ptr<const config::Settings> settings;
  const auth::SecretStore& secrets;
  const auth::ServerSecrets& server_secrets;
  os::RandomSource& random;
  Admission& admission;
};

class LoginConversation {
 public:
  enum class Stage {
    WaitingForStartup,
    WaitingForPassword,
    CheckingPassword,  // run `check()` off the loop, then tell on_password_checked
    Accepted,          // AuthenticationOk has been written
    Cancelling,        // it was a CancelRequest: see cancel_request(), then close without a word
    Ended,             // close, when what was written has gone
  };

  LoginConversation(LoginEnvironment environment, io::PeerAddress peer);

  // Returns how many bytes were taken; what is left is to come again with more behind it, or, once Accepted, belongs
  // to the session.
  [[nodiscard]] std::size_t on_bytes(protocol::Bytes bytes, std::string& out);
  void on_password_checked(bool is_right, std::string& out);

  [[nodiscard]] Stage stage() const { return stage_; }
  [[nodiscard]] const auth::PasswordCheck& check() const { return *check_; }
  // From WaitingForPassword on.
  [[nodiscard]] const protocol::StartupMessage& startup() const { return *startup_; }
  [[nodiscard]] bool has_startup() const { return startup_.has_value(); }
  [[nodiscard]] const protocol::CancelRequest& cancel_request() const { return cancel_request_; }
  // What ended it, for the log; empty where a word would be too much.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] Seat take_seat() { return std::move(seat_); }

 private:
  [[nodiscard]] std::size_t on_startup_bytes(protocol::Bytes bytes, std::string& out);
  [[nodiscard]] std::size_t on_password_bytes(protocol::Bytes bytes, std::string& out);
  void on_packet(const protocol::StartupPacket& packet, std::string& out);
  void begin_authentication(protocol::StartupMessage startup, std::string& out);
  void refuse(const protocol::StartupRefusal& refusal, std::string& out);
  void take(const auth::ClientAuthentication::Step& step, std::string& out);

  LoginEnvironment environment_;
  io::PeerAddress peer_;
  Stage stage_ = Stage::WaitingForStartup;
  bool has_asked_for_tls_ = false;
  bool has_asked_for_gss_ = false;
  std::optional<protocol::StartupMessage> startup_;
  protocol::CancelRequest cancel_request_;
  std::unique_ptr<auth::ClientAuthentication> authentication_;
  std::optional<auth::PasswordCheck> check_;
  Seat seat_;
  std::string failure_;
};

}  // namespace howdah::client
