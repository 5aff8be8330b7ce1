#include "daemon/client/login_conversation.h"

#include <algorithm>

#include "config/serving_entry.h"
#include "daemon/io/proxy_header.h"
#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::ErrorFields;
using protocol::Severity;

bool is_console_name(std::string_view database) {
  return database == "howdah" || database == "pgbouncer";
}

LoginConversation::LoginConversation(LoginEnvironment environment, io::PeerAddress peer)
    : environment_(std::move(environment)), peer_(peer) {
  const bool is_proxied = std::ranges::any_of(
      environment_.settings->client.proxy_protocol.from,
      [&](const config::Origin& origin) { return config::is_from(origin, peer_.is_local(), peer_.bytes()); });
  enter_login();
  enter_address(is_proxied);
  if (is_proxied) stage_ = Stage::WaitingForProxyHeader;
}

// Beyond the limit there is room for administrators, who are known as such only later.
void LoginConversation::enter_login() {
  const auto limit = environment_.settings->client.max_logins;
  login_seat_ = environment_.admission.enter_login(limit);
  if (login_seat_.is_taken()) return;
  login_seat_ = environment_.admission.enter_login(limit + environment_.settings->admin.reserved_connections);
  room_ = Room::ForConsole;
}

// That of a balancer is the address of many, and not of the client.
void LoginConversation::enter_address(bool is_balancer) {
  const bool is_counted = !peer_.is_local() && !is_balancer;
  const int limit = is_counted ? environment_.settings->client.max_logins_per_address : 0;
  address_seat_ = environment_.admission.enter_address(is_counted ? peer_.bytes() : std::string(), limit);
}

void LoginConversation::turn_away(std::string& out) {
  refuse({.error = protocol::make_error(Severity::Fatal, protocol::sqlstate::kTooManyConnections,
                                        "too many log-ins are under way")},
         out);
}

std::size_t LoginConversation::on_bytes(Bytes bytes, std::string& out) {
  std::size_t done = 0;
  while (true) {
    std::size_t taken = 0;
    if (stage_ == Stage::WaitingForProxyHeader) taken = on_proxy_bytes(bytes.substr(done), out);
    if (stage_ == Stage::WaitingForStartup && taken == 0) taken = on_startup_bytes(bytes.substr(done), out);
    if (stage_ == Stage::WaitingForPassword && taken == 0) taken = on_password_bytes(bytes.substr(done), out);
    if (stage_ == Stage::WaitingForPeerCancel && taken == 0) taken = on_peer_bytes(bytes.substr(done));
    done += taken;
    has_partial_message_ = done < bytes.size();
    if (taken == 0) return done;
  }
}

// A balancer that sends no header is set up otherwise than we are: without a word, as it would not be understood. Only
// a peer on its machine comes without one: it does not know of the balancer, and has to prove itself.
std::size_t LoginConversation::on_proxy_bytes(Bytes bytes, std::string& out) {
  constexpr std::size_t kLengthAndCode = 8;
  if (!bytes.empty() && protocol::may_begin_peer_request(bytes)) {
    if (bytes.size() >= kLengthAndCode) stage_ = Stage::WaitingForStartup;
    return 0;
  }
  const auto header = io::read_proxy_header(bytes);
  if (!header) {
    stage_ = Stage::Ended;
    failure_ = "PROXY protocol: " + std::string(header.error());
    return 0;
  }
  if (!*header) return 0;
  stage_ = Stage::WaitingForStartup;
  if (!(*header)->address.empty()) {
    peer_ = io::PeerAddress::of((*header)->address, (*header)->port);
    is_peer_told_ = true;
    enter_address(false);
    if (is_turned_away()) turn_away(out);
  }
  return (*header)->size_bytes;
}

std::size_t LoginConversation::on_startup_bytes(Bytes bytes, std::string& out) {
  constexpr char kTlsHandshake = 0x16;
  const bool is_direct_tls =
      !bytes.empty() && bytes.front() == kTlsHandshake && !has_asked_for_tls_ && !has_asked_for_gss_ && may_start_tls();
  if (is_direct_tls) {
    stage_ = Stage::StartingTls;
    is_tls_direct_ = true;
    return 0;
  }
  const auto size = protocol::startup_packet_size(bytes);
  if (!size) {
    refuse(size.error(), out);
    return 0;
  }
  if (!*size || bytes.size() < **size) return 0;
  const auto packet = protocol::parse_startup_packet(bytes.substr(0, **size));
  if (packet && std::holds_alternative<protocol::SslRequest>(*packet)) {
    on_ssl_request(bytes.size() > **size, out);
  } else if (packet) {
    on_packet(*packet, out);
  } else {
    refuse(packet.error(), out);
  }
  return **size;
}

void LoginConversation::on_packet(const protocol::StartupPacket& packet, std::string& out) {
  if (std::holds_alternative<protocol::GssRequest>(packet)) {
    if (std::exchange(has_asked_for_gss_, true)) {
      return refuse(protocol::refuse_protocol(protocol::kRequestMajor, protocol::kGssMinor), out);
    }
    out.push_back('N');
  } else if (const auto* cancel = std::get_if<protocol::CancelRequest>(&packet)) {
    cancel_request_ = *cancel;
    stage_ = Stage::Cancelling;
  } else if (const auto* peer = std::get_if<protocol::PeerRequest>(&packet)) {
    receive_peer(*peer, out);
  } else {
    begin_authentication(std::get<protocol::StartupMessage>(packet), out);
  }
}

// Where nothing is said of peers, it is met as PostgreSQL meets it.
void LoginConversation::receive_peer(const protocol::PeerRequest& request, std::string& out) {
  const auto& settings = *environment_.settings;
  if (!cancel::takes_from_peers(settings)) {
    return refuse(protocol::refuse_protocol(protocol::kPeerMajor, protocol::kPeerMinor), out);
  }
  reception_ = std::make_unique<const cancel::PeerReception>(settings, request, environment_.random, out);
  stage_ = Stage::WaitingForPeerCancel;
}

std::size_t LoginConversation::on_peer_bytes(Bytes bytes) {
  auto cancel = reception_->read(bytes);
  if (!cancel) {
    stage_ = Stage::Ended;
    failure_ = "a peer's cancel: " + std::string(cancel.error());
    return 0;
  }
  if (!*cancel) return 0;
  cancel_request_ = **std::move(cancel);
  stage_ = Stage::Cancelling;
  return bytes.size();
}

// Bytes that stand behind it were not encrypted, whoever sent them: they must not be taken for the client's.
void LoginConversation::on_ssl_request(bool is_more_there, std::string& out) {
  if (std::exchange(has_asked_for_tls_, true)) {
    return refuse(protocol::refuse_protocol(protocol::kRequestMajor, protocol::kSslMinor), out);
  }
  if (!may_start_tls()) return out.push_back('N');
  if (is_more_there) {
    return refuse({.error = protocol::make_error(Severity::Fatal, protocol::sqlstate::kProtocolViolation,
                                                 "received unencrypted data after SSL request")},
                  out);
  }
  out.push_back('S');
  stage_ = Stage::StartingTls;
}

bool LoginConversation::may_start_tls() const {
  return !peer_.is_local() && environment_.tls != nullptr && environment_.tls->current() != nullptr;
}

void LoginConversation::on_tls_started(const io::Stream& stream) {
  tls_stream_ = &stream;
  has_asked_for_tls_ = has_asked_for_gss_ = true;
  stage_ = Stage::WaitingForStartup;
}

void LoginConversation::begin_authentication(protocol::StartupMessage startup, std::string& out) {
  startup_ = std::move(startup);
  protocol::append_negotiation(out, *startup_);
  if (protocol::wants_replication(*startup_)) {
    return refuse({.error = protocol::make_error(Severity::Fatal, protocol::sqlstate::kFeatureNotSupported,
                                                 "replication connections are not pooled: connect to the server")},
                  out);
  }
  if (tls_stream_ != nullptr) tls_ = tls_stream_->tls_facts();
  if (lacks_tls()) {
    return refuse({.error = protocol::make_error(Severity::Fatal, protocol::sqlstate::kInvalidAuthorization,
                                                 "connections over TCP must use TLS here")},
                  out);
  }
  if (!is_console_name(startup_->database)) {
    if (room_ == Room::ForConsole) {
      return refuse({.error = protocol::make_error(Severity::Fatal, protocol::sqlstate::kTooManyConnections,
                                                   "remaining connections are reserved for administrators")},
                    out);
    }
    seat_ = environment_.admission.enter(environment_.settings->client.max_connections);
    if (!seat_.is_taken()) {
      return refuse({.error = protocol::make_error(Severity::Fatal, protocol::sqlstate::kTooManyConnections,
                                                   "sorry, too many clients already")},
                    out);
    }
  }
  const auto* rule = config::match_access_rule(environment_.settings->auth, {.is_local = peer_.is_local(),
                                                                             .is_encrypted = tls_.has_value(),
                                                                             .address = peer_.bytes(),
                                                                             .database = startup_->database,
                                                                             .user = startup_->user});
  static const config::AuthRule rejecting{.method = config::AuthMethod::Reject};
  rule_ = rule != nullptr ? rule : &rejecting;
  auto secret = environment_.secrets->find(startup_->user);
  if (secret || !is_looked_up()) return begin_exchange(std::move(secret), out);
  look_up_ = {.database = startup_->database, .user = startup_->user};
  errand_ = *look_up_;
  stage_ = Stage::Asking;
}

// Whoever is not in the configuration.
bool LoginConversation::is_looked_up() const {
  const auto* entry = config::serving_entry(*environment_.settings, startup_->database);
  return auth::needs_secret(rule_->method) && entry != nullptr && entry->auth_query.is_on();
}

bool LoginConversation::lacks_tls() const {
  return environment_.settings->client.tls.mode == config::TlsMode::Require && !tls_ && !peer_.is_local();
}

void LoginConversation::begin_exchange(std::optional<protocol::Secret> secret, std::string& out) {
  const auth::ClientFacts facts{.user = startup_->user,
                                .database = startup_->database,
                                .peer = peer_,
                                .is_peer_told = is_peer_told_,
                                .tls = tls_};
  const auth::IdentMapsPointer maps(environment_.settings, &environment_.settings->ident_maps);
  authentication_ =
      std::make_unique<auth::ClientAuthentication>(*rule_, facts, std::move(secret), environment_.server_secrets,
                                                   environment_.random, environment_.secrets->unknown_user(), maps);
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

void LoginConversation::on_end_of_file(std::string& out) {
  if (stage_ == Stage::WaitingForPassword && has_partial_message_) take(authentication_->on_cut_message(), out);
}

void LoginConversation::on_answer(const auth::Answer& answer, std::string& out) {
  if (!authentication_) return answer.error ? refuse({.error = answer.error}, out) : begin_exchange(answer.secret, out);
  take(authentication_->on_answer(answer), out);
}

void LoginConversation::take(auth::ClientAuthentication::Step step, std::string& out) {
  using Kind = auth::ClientAuthentication::Step::Kind;
  out.append(step.bytes);
  switch (step.kind) {
    case Kind::Send:
      stage_ = Stage::WaitingForPassword;
      return;
    case Kind::Ask:
      errand_ = std::move(step.errand);
      stage_ = Stage::Asking;
      return;
    case Kind::Accepted:
      pass_keys_on();
      authentication_.reset();
      stage_ = Stage::Accepted;
      login_seat_.give_back();
      address_seat_.give_back();
      return;
    case Kind::Rejected:
      if (look_up_ && environment_.doubt) environment_.doubt(*look_up_);
      refuse({.error = step.error}, out);
      if (!step.log_detail.empty()) failure_ += ": " + step.log_detail;
      return;
  }
}

void LoginConversation::pass_keys_on() {
  const auto* entry = config::serving_entry(*environment_.settings, startup_->database);
  if (environment_.passed_keys == nullptr || entry == nullptr || !entry->scram_pass_through) return;
  const auto keys = authentication_->login_keys();
  if (keys) environment_.passed_keys->keep({.database = startup_->database, .user = startup_->user}, *keys);
}

void LoginConversation::refuse(const protocol::StartupRefusal& refusal, std::string& out) {
  protocol::append_refusal(out, refusal);
  stage_ = Stage::Ended;
  if (refusal.error) failure_ = refusal.error->message;
}

}  // namespace howdah::client
