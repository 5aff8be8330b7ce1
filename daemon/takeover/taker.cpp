#include "daemon/takeover/taker.h"

#include <algorithm>
#include <utility>

#include "protocol/crypto.h"

namespace howdah::takeover {

Taker::Taker(Inheritance inheritance, const Environment& environment)
    : environment_(environment),
      process_id_(inheritance.process_id),
      cancels_(environment.commons.keys, environment.home,
               [this](const Message& message) { stream_.send(message.encoded()); }),
      stream_(environment.home, std::move(inheritance.socket), *this) {
  environment_.commons.ledgers.hold_growth();
  environment_.commons.last_session_id = inheritance.last_client;
}

Taker::~Taker() {
  *ticket_ = nullptr;
}

void Taker::tell_ready() {
  if (stage_ != Stage::Starting) return;
  stage_ = Stage::Ready;
  stream_.send(Message{.kind = MessageKind::Ready}.encoded());
}

void Taker::on_message(std::string text, io::UniqueFd fd) {
  if (stage_ == Stage::Over) return;
  const auto message = Message::read(text);
  protocol::cleanse(text);
  const bool is_beyond_us = !message || (message->record.is_beyond_us() && message->kind != MessageKind::Client);
  if (is_beyond_us) {
    environment_.commons.log.warning("a message of the process before is not understood");
    return;
  }
  switch (message->kind) {
    case MessageKind::Connections:
      return on_connections(message->record);
    case MessageKind::Secret:
      return on_secret(message->record);
    case MessageKind::Go:
      return on_go(message->record);
    case MessageKind::Client:
      return on_client(message->record, std::move(fd));
    case MessageKind::Cancel:
    case MessageKind::CancelDone:
      return cancels_.take(*message);
    case MessageKind::End:
      return end("taken over");
    case MessageKind::Refusal:
      stage_ = Stage::Over;
      environment_.commons.log.error("takeover refused", {{"reason", message->record.text(Tag::Text).value_or("")}});
      return environment_.owner.on_refused();
    case MessageKind::Hello:
    case MessageKind::Listener:
    case MessageKind::Offer:
    case MessageKind::Ready:
    case MessageKind::Taken:
    case MessageKind::Declined:
      return;
  }
}

void Taker::on_connections(const Record& record) {
  const pool::PoolName name{.database = std::string(record.text(Tag::Database).value_or("")),
                            .user = std::string(record.text(Tag::User).value_or(""))};
  environment_.commons.ledgers.set_elsewhere(name,
                                             static_cast<std::size_t>(record.number(Tag::Connections).value_or(0)));
}

void Taker::on_secret(const Record& record) {
  const auth::DatabaseUser name{.database = std::string(record.text(Tag::Database).value_or("")),
                                .user = std::string(record.text(Tag::User).value_or(""))};
  if (const auto password = record.text(Tag::Password)) {
    environment_.commons.remembered_passwords.keep(name, protocol::SecretText(*password),
                                                   std::chrono::steady_clock::now());
  }
  const auto client_key = record.text(Tag::ClientKey);
  const auto server_key = record.text(Tag::ServerKey);
  protocol::ScramLoginKeys keys;
  if (!client_key || client_key->size() != keys.client_key.size()) return;
  if (!server_key || server_key->size() != keys.server_key.size()) return;
  std::ranges::copy(std::as_bytes(std::span(*client_key)), std::as_writable_bytes(std::span(keys.client_key)).begin());
  std::ranges::copy(std::as_bytes(std::span(*server_key)), std::as_writable_bytes(std::span(keys.server_key)).begin());
  environment_.commons.passed_keys.keep(name, keys);
}

void Taker::on_go(const Record& record) {
  auto& last = environment_.commons.last_session_id;
  last = std::max(last.load(), record.number(Tag::LastClient).value_or(0));
  begin_taking();
}

void Taker::begin_taking() {
  if (stage_ == Stage::Taking) return;
  stage_ = Stage::Taking;
  environment_.commons.ledgers.begin_growing();
  environment_.owner.on_may_serve();
}

void Taker::on_client(const Record& record, io::UniqueFd fd) {
  const auto id = record.number(Tag::Number).value_or(0);
  if (!fd.is_open()) return decline(id, "no descriptor is left");
  auto client = read_client(record, fd.get(), settings_);
  if (!client) return decline(id, "it is not understood");
  auto& serving = least_busy_of(environment_.serving);
  const auto done = [&home = environment_.home, ticket = ticket_, &serving, id](std::string why_not) {
    home.post([ticket, &serving, id, why_not = std::move(why_not)] {
      if (*ticket != nullptr) (*ticket)->on_adopted(id, serving, why_not);
    });
  };
  serving.send_adopted(std::move(*client), std::move(fd), done);
}

// It is read from only when the process before cannot believe any more that it has it.
void Taker::on_adopted(std::uint64_t id, ServingWorker& serving, const std::string& why_not) {
  if (!why_not.empty()) return decline(id, why_not);
  if (stage_ != Stage::Taking) {
    serving.worker().post([&serving, id] { serving.on_departed(id, true); });
    return;
  }
  Message taken{.kind = MessageKind::Taken};
  taken.record.add(Tag::Number, id);
  telling_.emplace(id, &serving);
  stream_.send(taken.encoded(), {}, [this, &serving, id] {
    telling_.erase(id);
    ++taken_;
    serving.worker().post([&serving, id] { serving.begin_serving(id); });
  });
}

void Taker::decline(std::uint64_t id, const std::string& why) {
  ++declined_;
  environment_.commons.log.warning("a client cannot be taken over", {{"client", id}, {"reason", why}});
  Message declined{.kind = MessageKind::Declined};
  declined.record.add(Tag::Number, id).add(Tag::Text, why);
  stream_.send(declined.encoded());
}

void Taker::on_closed() {
  if (stage_ == Stage::Over) return;
  environment_.commons.log.error("the process before has gone in the middle of the takeover",
                                 {{"process", process_id_}, {"taken", taken_}});
  for (const auto& [id, serving] : std::exchange(telling_, {})) {
    serving->worker().post([serving, id] { serving->on_departed(id, true); });
  }
  begin_taking();
  end("taken over in part");
}

void Taker::end(const char* how) {
  stage_ = Stage::Over;
  environment_.commons.ledgers.forget_elsewhere();
  environment_.commons.log.info(how, {{"process", process_id_}, {"clients", taken_}, {"declined", declined_}});
  environment_.owner.on_taken_over();
}

}  // namespace howdah::takeover
