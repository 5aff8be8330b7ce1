#include "daemon/auth/client_authentication.h"

#include <array>
#include <span>
#include <utility>

#include "daemon/auth/ldap_check.h"
#include "daemon/auth/login_failure.h"
#include "daemon/auth/pam_check.h"
#include "daemon/auth/peer_check.h"
#include "protocol/sqlstate.h"

namespace howdah::auth {

namespace {

using protocol::Bytes;
using protocol::ErrorFields;
using protocol::Severity;

constexpr std::size_t kMd5SaltBytes = 4;

// The first field of an Authentication message. (PostgreSQL documentation: "Message Formats")
enum class AuthenticationRequest : std::int32_t {
  AuthenticationOk = 0,
  CleartextPassword = 3,
  Md5Password = 5,
  Sasl = 10,
  SaslContinue = 11,
  SaslFinal = 12,
};

std::string authentication(AuthenticationRequest request, Bytes content = {}) {
  std::string message;
  protocol::MessageWriter(message, 'R').int32(static_cast<std::int32_t>(request)).bytes(content);
  return message;
}

// Where many wait, some give up: what nobody waits for any more is not begun.
OutsideWork unless_gone(OutsideWork work, std::weak_ptr<const void> asker) {
  return {[run = std::move(work.run), asker = std::move(asker)] { return asker.expired() ? Answer() : run(); }};
}

template <typename Kind>
const Kind* secret_as(const std::optional<protocol::Secret>& secret) {
  return secret ? std::get_if<Kind>(&*secret) : nullptr;
}

}  // namespace

bool needs_secret(config::AuthMethod method) {
  using enum config::AuthMethod;
  return method == Password || method == Md5 || method == ScramSha256;
}

ClientAuthentication::ClientAuthentication(const config::AuthRule& rule, ClientFacts facts,
                                           std::optional<protocol::Secret> secret, const ServerSecrets& server_secrets,
                                           os::RandomSource& random, UnknownUser unknown_user,
                                           IdentMapsPointer ident_maps)
    : rule_(rule),
      facts_(std::move(facts)),
      secret_(std::move(secret)),
      server_secrets_(server_secrets),
      random_(random),
      unknown_user_(unknown_user),
      ident_maps_(std::move(ident_maps)) {
  if (!needs_secret(rule_.method)) return;
  const auto* verifier = secret_as<protocol::ScramVerifier>(secret_);
  challenge_ = verifier ? verifier->challenge : server_secrets_.challenge_for(user());
}

ClientAuthentication::Step ClientAuthentication::begin() {
  if (lacks_certificate(rule_, facts_)) return refuse("connection requires a valid client certificate");
  return begin_method();
}

ClientAuthentication::Step ClientAuthentication::begin_method() {
  switch (rule_.method) {
    case config::AuthMethod::Trust:
    case config::AuthMethod::Cert:
      return accept();
    case config::AuthMethod::Reject:
      return refuse("an auth rule rejects connections of user \"" + user() + '"');
    case config::AuthMethod::Password:
    case config::AuthMethod::Pam:
    case config::AuthMethod::Ldap:
    case config::AuthMethod::Backend:
      return ask_for_password();
    case config::AuthMethod::Peer:
      return ask(make_peer_check(rule_, ident_maps_, user(), facts_.peer));
    case config::AuthMethod::Md5:
      return meets_md5() ? begin_md5() : begin_scram();
    case config::AuthMethod::ScramSha256:
      return begin_scram();
  }
  return reject_user();
}

bool ClientAuthentication::meets_md5() const {
  if (!secret_) return unknown_user_ == UnknownUser::MeetsMd5;
  return !std::holds_alternative<protocol::ScramVerifier>(*secret_);
}

ClientAuthentication::Step ClientAuthentication::ask_for_password() {
  if (!is_private(facts_)) return refuse("this way to log in needs TLS, since the password is sent in clear text");
  state_ = State::WaitingForPassword;
  return {.kind = Step::Kind::Send, .bytes = authentication(AuthenticationRequest::CleartextPassword)};
}

ClientAuthentication::Step ClientAuthentication::ask(Errand errand) {
  state_ = State::Asking;
  if (auto* outside = std::get_if<OutsideWork>(&errand)) errand = unless_gone(std::move(*outside), presence_);
  return {.kind = Step::Kind::Ask, .errand = std::move(errand)};
}

ClientAuthentication::Step ClientAuthentication::begin_md5() {
  state_ = State::WaitingForMd5;
  md5_salt_ = os::random_bytes(random_, kMd5SaltBytes);
  return {.kind = Step::Kind::Send, .bytes = authentication(AuthenticationRequest::Md5Password, md5_salt_)};
}

ClientAuthentication::Step ClientAuthentication::begin_scram() {
  state_ = State::WaitingForSaslInitial;
  scram_.emplace(challenge_, os::random_bytes(random_, protocol::kScramNonceBytes),
                 facts_.tls ? facts_.tls->server_end_point : std::string());
  return {.kind = Step::Kind::Send, .bytes = authentication(AuthenticationRequest::Sasl, scram_->mechanisms())};
}

std::size_t ClientAuthentication::max_message_bytes() const {
  return 1 + (scram_ ? protocol::kMaxSaslLength : protocol::kMaxPasswordLength);
}

std::expected<std::optional<protocol::PasswordMessage>, ClientAuthentication::Step> ClientAuthentication::next_message(
    Bytes bytes) {
  auto message = protocol::split_password_message(bytes, max_message_bytes() - 1);
  if (message) return *message;
  switch (message.error()) {
    case protocol::PasswordMessageFault::WrongType:
      return std::unexpected(reject_type(bytes.front()));
    case protocol::PasswordMessageFault::WrongLength:
      return std::unexpected(refuse_length());
  }
  return std::unexpected(reject(std::nullopt));
}

ClientAuthentication::Step ClientAuthentication::on_message(char type, Bytes body) {
  if (type != 'p') return reject_type(type);
  switch (state_) {
    case State::WaitingForPassword:
      return on_password(body);
    case State::WaitingForMd5:
      return on_md5(body);
    case State::WaitingForSaslInitial:
      return on_sasl_initial(body);
    case State::WaitingForClientFirst:
      return on_client_first(body);
    case State::WaitingForClientFinal:
      return on_client_final(body);
    case State::New:
    case State::Asking:
    case State::CheckingProof:
    case State::Done:
      break;
  }
  return reject(protocol::make_error(Severity::Fatal, protocol::sqlstate::kProtocolViolation,
                                     "password message that was not asked for"));
}

ClientAuthentication::Step ClientAuthentication::on_password(Bytes body) {
  const auto password = protocol::parse_password(body);
  if (!password) return reject(password.error());
  return ask(errand_for(protocol::SecretText(*password)));
}

Errand ClientAuthentication::errand_for(protocol::SecretText password) const {
  if (rule_.method == config::AuthMethod::Pam) return make_pam_check(rule_, user(), std::move(password), facts_.peer);
  if (rule_.method == config::AuthMethod::Ldap) return make_ldap_check(rule_, user(), std::move(password));
  if (rule_.method == config::AuthMethod::Backend) {
    return BackendLogin{.database = facts_.database, .user = user(), .password = std::move(password)};
  }
  return HashWork{[password = std::move(password), user = user(), secret = secret_, challenge = challenge_] {
    return Answer{.is_right = protocol::is_right_password(password.view(), user, secret, challenge)};
  }};
}

ClientAuthentication::Step ClientAuthentication::on_md5(Bytes body) {
  const auto response = protocol::parse_password(body);
  if (!response) return reject(response.error());
  const auto* md5 = secret_as<protocol::Md5Secret>(secret_);
  const auto* plain = secret_as<protocol::PlainSecret>(secret_);
  // An unknown user costs the same hashes as a known one.
  const auto stored = md5 ? std::string(md5->text.view())
                          : protocol::md5_secret(plain ? plain->text.view() : std::string_view(), user());
  const auto expected = stored ? protocol::md5_response(*stored, md5_salt_) : std::nullopt;
  const bool is_right = expected && protocol::is_equal_in_constant_time(*response, *expected);
  return is_right && secret_ ? accept() : reject_user();
}

ClientAuthentication::Step ClientAuthentication::on_sasl_initial(Bytes body) {
  const auto first = scram_->on_initial_response(body);
  if (!first) return reject(first.error());
  if (*first) return on_client_first(**first);
  state_ = State::WaitingForClientFirst;
  return {.kind = Step::Kind::Send, .bytes = authentication(AuthenticationRequest::SaslContinue)};
}

ClientAuthentication::Step ClientAuthentication::on_client_first(Bytes message) {
  const auto server_first = scram_->on_client_first(message);
  if (!server_first) return reject(server_first.error());
  state_ = State::WaitingForClientFinal;
  return {.kind = Step::Kind::Send, .bytes = authentication(AuthenticationRequest::SaslContinue, *server_first)};
}

ClientAuthentication::Step ClientAuthentication::on_client_final(Bytes message) {
  auto proof = scram_->on_client_final(message);
  if (!proof) return reject(proof.error());
  proof_ = std::move(*proof);
  if (const auto* verifier = secret_as<protocol::ScramVerifier>(secret_)) return judge_proof(verifier->keys, true);
  const auto* plain = secret_as<protocol::PlainSecret>(secret_);
  if (!plain) return judge_proof(protocol::ScramKeys(), false);
  if (const auto keys = server_secrets_.verifiers()->find(user(), plain->text.view(), challenge_))
    return judge_proof(*keys, true);
  return derive_keys(*plain);
}

ClientAuthentication::Step ClientAuthentication::derive_keys(const protocol::PlainSecret& plain) {
  state_ = State::CheckingProof;
  derived_keys_ = std::make_shared<protocol::ScramKeys>();
  auto work = [cache = server_secrets_.verifiers(), user = user(), password = plain.text, challenge = challenge_,
               proof = *proof_, keys = derived_keys_] {
    *keys = cache->derive(user, password.view(), challenge);
    return Answer{.is_right = protocol::is_right_proof(proof, *keys)};
  };
  return {.kind = Step::Kind::Ask, .errand = HashWork{std::move(work)}};
}

ClientAuthentication::Step ClientAuthentication::judge_proof(const protocol::ScramKeys& keys, bool is_known) {
  const bool is_right = protocol::is_right_proof(*proof_, keys);
  return is_right && is_known ? accept_proof(keys) : reject_user();
}

ClientAuthentication::Step ClientAuthentication::on_answer(const Answer& answer) {
  if (answer.error) {
    auto step = reject(answer.error);
    step.log_detail = answer.log_detail;
    return step;
  }
  if (!answer.is_right) return reject_user(answer.log_detail);
  switch (state_) {
    case State::Asking:
      return accept();
    case State::CheckingProof:
      return accept_proof(*derived_keys_);
    case State::New:
    case State::WaitingForPassword:
    case State::WaitingForMd5:
    case State::WaitingForSaslInitial:
    case State::WaitingForClientFirst:
    case State::WaitingForClientFinal:
    case State::Done:
      break;
  }
  return reject_user();
}

ClientAuthentication::Step ClientAuthentication::accept_proof(const protocol::ScramKeys& keys) {
  return accept(authentication(AuthenticationRequest::SaslFinal, protocol::server_final_message(*proof_, keys)));
}

std::optional<protocol::ScramLoginKeys> ClientAuthentication::login_keys() const {
  const auto* verifier = secret_as<protocol::ScramVerifier>(secret_);
  if (verifier == nullptr || !proof_) return std::nullopt;
  return protocol::login_keys(*proof_, verifier->keys);
}

// Whose certificate it is counts last, as in PostgreSQL: the exchange goes to its end first.
ClientAuthentication::Step ClientAuthentication::accept(std::string bytes) {
  if (const auto why = why_certificate_is_refused(rule_, ident_maps_, facts_)) {
    auto step = reject_user(*why);
    step.bytes = std::move(bytes);
    return step;
  }
  state_ = State::Done;
  return {.kind = Step::Kind::Accepted,
          .bytes = std::move(bytes) + authentication(AuthenticationRequest::AuthenticationOk)};
}

ClientAuthentication::Step ClientAuthentication::reject(std::optional<ErrorFields> error) {
  state_ = State::Done;
  return {.kind = Step::Kind::Rejected, .error = std::move(error)};
}

ClientAuthentication::Step ClientAuthentication::refuse(std::string message) {
  return reject(protocol::make_error(Severity::Fatal, protocol::sqlstate::kInvalidAuthorization, std::move(message)));
}

ClientAuthentication::Step ClientAuthentication::reject_user(std::string log_detail) {
  auto step = reject(login_failure(rule_.method, user()));
  step.log_detail = std::move(log_detail);
  return step;
}

// PostgreSQL closes in silence where it waits for a password, but tells of a failure in a SASL exchange.
ClientAuthentication::Step ClientAuthentication::refuse_length() {
  return scram_ ? reject_user() : reject(std::nullopt);
}

ClientAuthentication::Step ClientAuthentication::reject_type(char type) {
  return reject(protocol::make_error(Severity::Fatal, protocol::sqlstate::kProtocolViolation,
                                     std::string("expected ") + (scram_ ? "SASL" : "password") +
                                         " response, got message type " +
                                         std::to_string(static_cast<unsigned char>(type))));
}

}  // namespace howdah::auth
