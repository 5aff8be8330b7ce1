#include "daemon/client/login_conversation.h"

#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::ErrorFields;
using protocol::Severity;

bool is_console_name(std::string_view database) {
  return database == "howdah" || database == "pgbouncer";
}

LoginConversation::LoginConversation(LoginEnvironment environment, io::PeerAddress peer)
    : environment_(std::move(environment)), peer_(peer) {}

std::size_t LoginConversation::on_bytes(Bytes bytes, std::string& out) {
  std::size_t done = 0;
  while (true) {
    std::size_t taken = 0;
    if (stage_ == Stage::WaitingForStartup) taken = on_startup_bytes(bytes.substr(done), out);
    if (stage_ == Stage::WaitingForPassword && taken == 0) taken = on_password_bytes(bytes.substr(done), out);
    if (taken == 0) return done;
    done += taken;
  }
}

std::size_t LoginConversation::on_startup_bytes(Bytes bytes, std::string& out) {
  const auto size = protocol::startup_packet_size(bytes);
  if (!size) {
    refuse(size.error(), out);
    return 0;
  }
  if (!*size || bytes.size() < **size) return 0;
  const auto packet = protocol::parse_startup_packet(bytes.substr(0, **size));
  if (packet) {
    on_packet(*packet, out);
  } else {
    refuse(packet.error(), out);
  }
  return **size;
}

void LoginConversation::on_packet(const protocol::StartupPacket& packet, std::string& out) {
  if (std::holds_alternative<protocol::SslRequest>(packet)) {
    if (std::exchange(has_asked_for_tls_, true)) {
      return refuse(protocol::refuse_protocol(protocol::kRequestMajor, protocol::kSslMinor), out);
    }
    out.push_back('N');
  } else if (std::holds_alternative<protocol::GssRequest>(packet)) {
    if (std::exchange(has_asked_for_gss_, true)) {
      return refuse(protocol::refuse_protocol(protocol::kRequestMajor, protocol::kGssMinor), out);
    }
    out.push_back('N');
  } else if (const auto* cancel = std::get_if<protocol::CancelRequest>(&packet)) {
    cancel_request_ = *cancel;
    stage_ = Stage::Cancelling;
  } else {
    begin_authentication(std::get<protocol::StartupMessage>(packet), out);
  }
}

void LoginConversation::begin_authentication(protocol::StartupMessage startup, std::string& out) {
  startup_ = std::move(startup);
  protocol::append_negotiation(out, *startup_);
  if (protocol::wants_replication(*startup_)) {
    return refuse({.error = protocol::make_error(Severity::Fatal, protocol::sqlstate::kFeatureNotSupported,
                                                 "replication connections are not pooled: connect to the server")},
                  out);
  }
  if (!is_console_name(startup_->database)) {
    seat_ = environment_.admission.enter(environment_.settings->client.max_connections);
    if (!seat_.is_taken()) {
      return refuse({.error = protocol::make_error(Severity::Fatal, protocol::sqlstate::kTooManyConnections,
                                                   "sorry, too many clients already")},
                    out);
    }
  }
  const auto method = config::match_access_rule(
      environment_.settings->auth,
      {.is_local = peer_.is_local(), .address = peer_.bytes(), .database = startup_->database, .user = startup_->user});
  authentication_ = std::make_unique<auth::ClientAuthentication>(
      method.value_or(config::AuthMethod::Reject), startup_->user, environment_.secrets.find(startup_->user),
      environment_.server_secrets, environment_.random);
  take(authentication_->begin(), out);
}

std::size_t LoginConversation::on_password_bytes(Bytes bytes, std::string& out) {
  const auto message = authentication_->next_message(bytes);
  if (!message) {
    take(message.error(), out);
    return 0;
  }
  if (!*message) return 0;
  const auto size = (*message)->size_bytes;
  take(authentication_->on_message((*message)->type, (*message)->body), out);
  return size;
}

void LoginConversation::on_password_checked(bool is_right, std::string& out) {
  take(authentication_->on_password_checked(is_right), out);
}

void LoginConversation::take(const auth::ClientAuthentication::Step& step, std::string& out) {
  using Kind = auth::ClientAuthentication::Step::Kind;
  out.append(step.bytes);
  switch (step.kind) {
    case Kind::Send:
      stage_ = Stage::WaitingForPassword;
      return;
    case Kind::CheckPassword:
      check_ = step.check;
      stage_ = Stage::CheckingPassword;
      return;
    case Kind::Accepted:
      authentication_.reset();
      stage_ = Stage::Accepted;
      return;
    case Kind::Rejected:
      return refuse({.error = step.error}, out);
  }
}

void LoginConversation::refuse(const protocol::StartupRefusal& refusal, std::string& out) {
  protocol::append_refusal(out, refusal);
  stage_ = Stage::Ended;
  if (refusal.error) failure_ = refusal.error->message;
}

}  // namespace howdah::client
