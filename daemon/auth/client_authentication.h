// One log-in exchange of one client, from a method to accepted or rejected. No I/O: it is given messages and
// says what to do. Which exchange a client meets tells nothing about whether its user exists. (PostgreSQL
// documentation: "Start-up", "SASL Authentication"; the methods are those of "Client Authentication")
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "config/settings.h"
#include "daemon/auth/client_facts.h"
#include "daemon/auth/errand.h"
#include "daemon/auth/identity.h"
#include "daemon/auth/secret_store.h"
#include "daemon/auth/server_secrets.h"
#include "daemon/os/random.h"
#include "protocol/bytes.h"
#include "protocol/error_fields.h"
#include "protocol/password.h"
#include "protocol/password_message.h"
#include "protocol/scram.h"
#include "protocol/scram_pass_through.h"

namespace howdah::auth {

// Whether a method judges by a secret that we know.
[[nodiscard]] bool needs_secret(config::AuthMethod method);

class ClientAuthentication {
 public:
  // What is to be done next.
  struct Step {
    enum class Kind {
      Send,      // send `bytes`; a message of type 'p' is due
      Ask,       // do `errand`, then call on_answer; no message is due meanwhile
      Accepted,  // send `bytes` (AuthenticationOk is in them), go on
      Rejected,  // send `bytes` and `error`, which is FATAL, and close; no error: close without a word
    };
    Kind kind;
    std::string bytes = {};
    std::optional<protocol::ErrorFields> error = {};
    std::optional<Errand> errand = {};
    std::string log_detail = {};  // beside `error`, for the log only
  };

  // `secret`: nothing for an unknown user. `ident_maps`: those that the rule may name; null: none. `rule`,
  // `server_secrets` and `random` must outlive the object.
  ClientAuthentication(const config::AuthRule& rule, ClientFacts facts, std::optional<protocol::Secret> secret,
                       const ServerSecrets& server_secrets, os::RandomSource& random,
                       UnknownUser unknown_user = UnknownUser::MeetsScram, IdentMapsPointer ident_maps = nullptr);
  ClientAuthentication(const ClientAuthentication&) = delete;
  ClientAuthentication& operator=(const ClientAuthentication&) = delete;

  // Once, first.
  [[nodiscard]] Step begin();

  // The client's message at the front of `bytes`; nothing when more bytes are needed; or Rejected, as soon as
  // its type or its length is wrong. The body lies in `bytes`. Only while a message is due.
  [[nodiscard]] std::expected<std::optional<protocol::PasswordMessage>, Step> next_message(protocol::Bytes bytes);
  // The client sends no more, and what is there is no whole message.
  [[nodiscard]] Step on_cut_message() { return refuse_length(); }
  // The longest whole message in this state.
  [[nodiscard]] std::size_t max_message_bytes() const;
  // And in any state: what a buffer must be able to hold.
  static constexpr std::size_t kMaxMessageBytes = 1 + protocol::kMaxPasswordLength;

  // A whole message, as next_message returned it; any type. Only while a message is due.
  [[nodiscard]] Step on_message(char type, protocol::Bytes body);
  // What became of the errand; only after Ask.
  [[nodiscard]] Step on_answer(const Answer& answer);
  // After Accepted: what a log-in by the user's own verifier has given away; nothing after any other.
  [[nodiscard]] std::optional<protocol::ScramLoginKeys> login_keys() const;

 private:
  enum class State {
    New,
    WaitingForPassword,
    WaitingForMd5,
    WaitingForSaslInitial,
    WaitingForClientFirst,  // the client chose to send it apart from the mechanism
    WaitingForClientFinal,
    Asking,  // others judge
    CheckingProof,
    Done,
  };

  [[nodiscard]] const std::string& user() const { return facts_.user; }
  [[nodiscard]] bool meets_md5() const;
  [[nodiscard]] Step begin_method();
  [[nodiscard]] Step ask_for_password();
  [[nodiscard]] Step ask(Errand errand);
  [[nodiscard]] Step begin_md5();
  [[nodiscard]] Step begin_scram();
  [[nodiscard]] Step on_password(protocol::Bytes body);
  [[nodiscard]] Errand errand_for(protocol::SecretText password) const;
  [[nodiscard]] Step on_md5(protocol::Bytes body);
  [[nodiscard]] Step on_sasl_initial(protocol::Bytes body);
  [[nodiscard]] Step on_client_first(protocol::Bytes message);
  [[nodiscard]] Step on_client_final(protocol::Bytes message);
  [[nodiscard]] Step derive_keys(const protocol::PlainSecret& plain);
  [[nodiscard]] Step judge_proof(const protocol::ScramKeys& keys, bool is_known);
  [[nodiscard]] Step accept_proof(const protocol::ScramKeys& keys);
  [[nodiscard]] Step accept(std::string bytes = {});
  [[nodiscard]] Step reject(std::optional<protocol::ErrorFields> error);
  [[nodiscard]] Step refuse(std::string message);  // 28000
  [[nodiscard]] Step reject_user(std::string log_detail = {});
  [[nodiscard]] Step reject_type(char type);
  [[nodiscard]] Step refuse_length();

  const config::AuthRule& rule_;
  const ClientFacts facts_;
  std::optional<protocol::Secret> secret_;
  const ServerSecrets& server_secrets_;
  os::RandomSource& random_;
  UnknownUser unknown_user_;
  const IdentMapsPointer ident_maps_;
  State state_ = State::New;
  std::string md5_salt_;
  protocol::ScramChallenge challenge_;
  std::optional<protocol::ScramExchange> scram_;
  std::optional<protocol::ScramProof> proof_;
  const std::shared_ptr<const void> presence_ = std::make_shared<char>();
  std::shared_ptr<protocol::ScramKeys> derived_keys_;  // written by a check on another thread, before it ends
};

}  // namespace howdah::auth
