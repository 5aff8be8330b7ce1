#include "daemon/auth/client_authentication.h"

#include <array>
#include <span>
#include <utility>

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

std::string random_bytes(os::RandomSource& random, std::size_t count) {
  std::string bytes(count, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

template <typename Kind>
const Kind* secret_as(const std::optional<protocol::Secret>& secret) {
  return secret ? std::get_if<Kind>(&*secret) : nullptr;
}

}  // namespace

ClientAuthentication::ClientAuthentication(config::AuthMethod method, std::string user,
                                           std::optional<protocol::Secret> secret, const ServerSecrets& server_secrets,
                                           os::RandomSource& random, UnknownUser unknown_user)
    : method_(method),
      user_(std::move(user)),
      secret_(std::move(secret)),
      server_secrets_(server_secrets),
      random_(random),
      unknown_user_(unknown_user) {
  const bool is_asked = method_ != config::AuthMethod::Trust && method_ != config::AuthMethod::Reject;
  if (!is_asked) return;
  const auto* verifier = secret_as<protocol::ScramVerifier>(secret_);
  challenge_ = verifier ? verifier->challenge : server_secrets_.challenge_for(user_);
}

ClientAuthentication::Step ClientAuthentication::begin() {
  switch (method_) {
    case config::AuthMethod::Trust:
      return accept();
    case config::AuthMethod::Reject:
      return reject(protocol::make_error(Severity::Fatal, protocol::sqlstate::kInvalidAuthorization,
                                         "an auth rule rejects connections of user \"" + user_ + '"'));
    case config::AuthMethod::Password:
      state_ = State::WaitingForPassword;
      return {.kind = Step::Kind::Send, .bytes = authentication(AuthenticationRequest::CleartextPassword)};
    case config::AuthMethod::Md5:
      return meets_md5() ? begin_md5() : begin_scram();
    case config::AuthMethod::ScramSha256:
      return begin_scram();
  }
  return reject_password();
}

bool ClientAuthentication::meets_md5() const {
  if (!secret_) return unknown_user_ == UnknownUser::MeetsMd5;
  return !std::holds_alternative<protocol::ScramVerifier>(*secret_);
}

ClientAuthentication::Step ClientAuthentication::begin_md5() {
  state_ = State::WaitingForMd5;
  md5_salt_ = random_bytes(random_, kMd5SaltBytes);
  return {.kind = Step::Kind::Send, .bytes = authentication(AuthenticationRequest::Md5Password, md5_salt_)};
}

ClientAuthentication::Step ClientAuthentication::begin_scram() {
  state_ = State::WaitingForSaslInitial;
  scram_.emplace(challenge_, random_bytes(random_, protocol::kScramNonceBytes));
  std::string mechanisms;
  protocol::append_c_string(mechanisms, protocol::kScramMechanism);
  mechanisms.push_back('\0');
  return {.kind = Step::Kind::Send, .bytes = authentication(AuthenticationRequest::Sasl, mechanisms)};
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
      // PostgreSQL closes in silence where it waits for a password, but tells of a failure in a SASL
      // exchange.
      return std::unexpected(scram_ ? reject_password() : reject(std::nullopt));
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
    case State::CheckingPassword:
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
  state_ = State::CheckingPassword;
  auto work = [password = protocol::SecretText(*password), user = user_, secret = secret_, challenge = challenge_] {
    return protocol::is_right_password(password.view(), user, secret, challenge);
  };
  return {.kind = Step::Kind::CheckPassword, .check = PasswordCheck(std::move(work))};
}

ClientAuthentication::Step ClientAuthentication::on_md5(Bytes body) {
  const auto response = protocol::parse_password(body);
  if (!response) return reject(response.error());
  const auto* md5 = secret_as<protocol::Md5Secret>(secret_);
  const auto* plain = secret_as<protocol::PlainSecret>(secret_);
  // An unknown user costs the same hashes as a known one.
  const auto stored = md5 ? std::string(md5->text.view())
                          : protocol::md5_secret(plain ? plain->text.view() : std::string_view(), user_);
  const auto expected = stored ? protocol::md5_response(*stored, md5_salt_) : std::nullopt;
  const bool is_right = expected && protocol::is_equal_in_constant_time(*response, *expected);
  return is_right && secret_ ? accept() : reject_password();
}

ClientAuthentication::Step ClientAuthentication::on_sasl_initial(Bytes body) {
  const auto initial = protocol::parse_sasl_initial_response(body);
  if (!initial) return reject(initial.error());
  if (initial->response) return on_client_first(*initial->response);
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
  if (const auto keys = server_secrets_.verifiers()->find(user_, plain->text.view(), challenge_))
    return judge_proof(*keys, true);
  return derive_keys(*plain);
}

ClientAuthentication::Step ClientAuthentication::derive_keys(const protocol::PlainSecret& plain) {
  state_ = State::CheckingProof;
  derived_keys_ = std::make_shared<protocol::ScramKeys>();
  auto work = [cache = server_secrets_.verifiers(), user = user_, password = plain.text, challenge = challenge_,
               proof = *proof_, keys = derived_keys_] {
    *keys = cache->derive(user, password.view(), challenge);
    return protocol::is_right_proof(proof, *keys);
  };
  return {.kind = Step::Kind::CheckPassword, .check = PasswordCheck(std::move(work))};
}

ClientAuthentication::Step ClientAuthentication::judge_proof(const protocol::ScramKeys& keys, bool is_known) {
  const bool is_right = protocol::is_right_proof(*proof_, keys);
  return is_right && is_known ? accept_proof(keys) : reject_password();
}

ClientAuthentication::Step ClientAuthentication::on_password_checked(bool is_right) {
  if (!is_right) return reject_password();
  switch (state_) {
    case State::CheckingPassword:
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
  return reject_password();
}

ClientAuthentication::Step ClientAuthentication::accept_proof(const protocol::ScramKeys& keys) {
  return accept(authentication(AuthenticationRequest::SaslFinal, protocol::server_final_message(*proof_, keys)));
}

ClientAuthentication::Step ClientAuthentication::accept(std::string bytes) {
  state_ = State::Done;
  return {.kind = Step::Kind::Accepted,
          .bytes = std::move(bytes) + authentication(AuthenticationRequest::AuthenticationOk)};
}

ClientAuthentication::Step ClientAuthentication::reject(std::optional<ErrorFields> error) {
  state_ = State::Done;
  return {.kind = Step::Kind::Rejected, .error = std::move(error)};
}

ClientAuthentication::Step ClientAuthentication::reject_password() {
  return reject(protocol::make_error(Severity::Fatal, protocol::sqlstate::kInvalidPassword,
                                     "password authentication failed for user \"" + user_ + '"'));
}

ClientAuthentication::Step ClientAuthentication::reject_type(char type) {
  return reject(protocol::make_error(Severity::Fatal, protocol::sqlstate::kProtocolViolation,
                                     std::string("expected ") + (scram_ ? "SASL" : "password") +
                                         " response, got message type " +
                                         std::to_string(static_cast<unsigned char>(type))));
}

}  // namespace howdah::auth
