// The part of a connection before its client is known: startup packets, encryption requests, cancel requests and the
// exchange of authentication. No I/O: it is given bytes and appends the answers.
// (PostgreSQL documentation: "Start-up", "Canceling Requests in Progress", "SSL Session Encryption")
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "config/access_rules.h"
#include "config/settings.h"
#include "daemon/auth/client_authentication.h"
#include "daemon/auth/passed_keys.h"
#include "daemon/auth/secret_store.h"
#include "daemon/auth/server_secrets.h"
#include "daemon/cancel/peer_reception.h"
#include "daemon/client/admission.h"
#include "daemon/io/peer_address.h"
#include "daemon/io/stream.h"
#include "protocol/startup.h"

namespace howdah::client {

// Names of the database that is the console.
[[nodiscard]] bool is_console_name(std::string_view database);

// Where there is hardly any, the last is for administrators.
enum class Room : std::uint8_t { ForAll, ForConsole };

// What log-ins share; all of it outlives them.
struct LoginEnvironment {
  std::shared_ptr<const config::Settings> settings;
  std::shared_ptr<const auth::SecretStore> secrets;
  io::TlsContexts* tls = nullptr;  // null: no TLS here
  const auth::ServerSecrets& server_secrets;
  os::RandomSource& random;
  Admission& admission;
  std::function<void(const auth::SecretLookUp&)> doubt = {};  // what was looked up has let nobody in
  auth::PassedKeys* passed_keys = nullptr;                    // of entries with scram_pass_through
};

class LoginConversation {
 public:
  enum class Stage {
    WaitingForProxyHeader,
    WaitingForStartup,
    WaitingForPassword,
    StartingTls,  // send what was written, then let what follows be TLS, and go on with on_tls_started
    Asking,       // do take_errand(), then tell on_answer
    Accepted,     // AuthenticationOk has been written
    WaitingForPeerCancel,
    Cancelling,  // it was a CancelRequest, perhaps a peer's: see cancel_request(), then close without a word
    Ended,       // close, when what was written has gone
  };

  LoginConversation(LoginEnvironment environment, io::PeerAddress peer);

  // Returns how many bytes were taken; what is left is to come again with more behind it, or, once Accepted, belongs
  // to the session.
  [[nodiscard]] std::size_t on_bytes(protocol::Bytes bytes, std::string& out);
  // The bytes from now on come by TLS; the stream is asked about it once they come.
  void on_tls_started(const io::Stream& stream);
  void on_answer(const auth::Answer& answer, std::string& out);
  // The client sends no more.
  void on_end_of_file(std::string& out);

  // At the start: whoever wants a database is turned away once that is known.
  void keep_for_console() { room_ = Room::ForConsole; }
  // At the start: too many log in at the moment, so nothing is to be read, and turn_away to be called.
  [[nodiscard]] bool is_turned_away() const { return !login_seat_.is_taken() || !address_seat_.is_taken(); }
  void turn_away(std::string& out);
  // Where the client is, as a load balancer may have told.
  [[nodiscard]] const io::PeerAddress& peer() const { return peer_; }
  [[nodiscard]] Stage stage() const { return stage_; }
  // The client began with TLS, without asking.
  [[nodiscard]] bool is_tls_direct() const { return is_tls_direct_; }
  [[nodiscard]] auth::Errand take_errand() { return *std::exchange(errand_, std::nullopt); }
  // From WaitingForPassword on.
  [[nodiscard]] const protocol::StartupMessage& startup() const { return *startup_; }
  [[nodiscard]] bool has_startup() const { return startup_.has_value(); }
  [[nodiscard]] const protocol::CancelRequest& cancel_request() const { return cancel_request_; }
  // It is another howdah.
  [[nodiscard]] bool is_from_peer() const { return reception_ != nullptr; }
  // What ended it, for the log; empty where a word would be too much.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] Seat take_seat() { return std::move(seat_); }

 private:
  [[nodiscard]] std::size_t on_proxy_bytes(protocol::Bytes bytes, std::string& out);
  void enter_login();
  void enter_address(bool is_balancer);
  [[nodiscard]] std::size_t on_startup_bytes(protocol::Bytes bytes, std::string& out);
  [[nodiscard]] std::size_t on_password_bytes(protocol::Bytes bytes, std::string& out);
  [[nodiscard]] std::size_t on_peer_bytes(protocol::Bytes bytes);
  void on_packet(const protocol::StartupPacket& packet, std::string& out);
  void receive_peer(const protocol::PeerRequest& request, std::string& out);
  void on_ssl_request(bool is_more_there, std::string& out);
  [[nodiscard]] bool may_start_tls() const;
  [[nodiscard]] bool lacks_tls() const;
  void begin_authentication(protocol::StartupMessage startup, std::string& out);
  [[nodiscard]] bool is_looked_up() const;
  void pass_keys_on();
  void begin_exchange(std::optional<protocol::Secret> secret, std::string& out);
  void refuse(const protocol::StartupRefusal& refusal, std::string& out);
  void take(auth::ClientAuthentication::Step step, std::string& out);

  LoginEnvironment environment_;
  io::PeerAddress peer_;
  bool is_peer_told_ = false;
  Stage stage_ = Stage::WaitingForStartup;
  Room room_ = Room::ForAll;
  const io::Stream* tls_stream_ = nullptr;  // once it carries TLS
  bool is_tls_direct_ = false;
  bool has_partial_message_ = false;
  bool has_asked_for_tls_ = false;
  bool has_asked_for_gss_ = false;
  const config::AuthRule* rule_ = nullptr;  // that of the client, once its startup packet is known
  std::optional<io::TlsFacts> tls_;
  std::optional<protocol::StartupMessage> startup_;
  protocol::CancelRequest cancel_request_;
  std::unique_ptr<const cancel::PeerReception> reception_;
  std::unique_ptr<auth::ClientAuthentication> authentication_;
  std::optional<auth::SecretLookUp> look_up_;  // that gave the secret, or is to
  std::optional<auth::Errand> errand_;
  Seat seat_;
  Seat login_seat_;    // up to the end of the authentication
  Seat address_seat_;  // likewise
  std::string failure_;
};

}  // namespace howdah::client
