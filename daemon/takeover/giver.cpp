#include "daemon/takeover/giver.h"

#include <fcntl.h>

#include <atomic>
#include <utility>

#include "daemon/os/processes.h"

namespace howdah::takeover {

namespace {

constexpr auto kWatchInterval = std::chrono::milliseconds(20);
// A process that has closed its end is gone within this, or lives on.
constexpr auto kLongestDeath = std::chrono::seconds(2);
constexpr auto kLongestFlush = std::chrono::seconds(1);
// It answers for each client that it is given. Counted by seconds of our own: while we stand still, nobody is silent.
constexpr int kMostSilentSeconds = 10;
constexpr auto kLongestHello = std::chrono::seconds(10);
// It makes its first server connections only when we have given way.
constexpr auto kLongestStart = std::chrono::minutes(2);

int process_at(int socket) {
  const auto end = io::other_end(socket);
  return end ? end->process : 0;
}

}  // namespace

Giver::Giver(io::UniqueFd socket, const Environment& environment)
    : environment_(environment),
      process_id_(process_at(socket.get())),
      process_(os::descriptor_of_process(process_id_)),
      stream_(environment.home, std::move(socket), *this) {
  environment_.home.agenda().arm_in(limit_timer_, kLongestHello);
}

Giver::~Giver() {
  *ticket_ = nullptr;
}

void Giver::on_message(std::string text, io::UniqueFd) {
  if (stage_ == Stage::Over) return;
  silent_seconds_ = 0;
  const auto message = Message::read(text);
  if (!message || message->record.is_beyond_us())
    return refuse("the new process says something that is not understood");
  switch (message->kind) {
    case MessageKind::Hello:
      if (stage_ == Stage::Asked) on_hello(*message);
      return;
    case MessageKind::Ready:
      if (stage_ == Stage::Offered) begin_giving();
      return;
    case MessageKind::Taken:
      return on_answered(*message, true);
    case MessageKind::Declined:
      return on_answered(*message, false);
    case MessageKind::Cancel:
    case MessageKind::CancelDone:
      if (cancels_) cancels_->take(*message);
      return;
    case MessageKind::Refusal:
    case MessageKind::Listener:
    case MessageKind::Offer:
    case MessageKind::Connections:
    case MessageKind::Secret:
    case MessageKind::Go:
    case MessageKind::Client:
    case MessageKind::End:
      return refuse("the new process says something out of turn");
  }
}

void Giver::on_hello(const Message& message) {
  if (const auto why = why_not_understood(message, "the new howdah")) return refuse(*why);
  if (const auto why = environment_.owner.why_not_given(*this); !why.empty()) return refuse(why);
  environment_.commons.log.info(
      "another process asks to take over",
      {{"process", process_id_}, {"version", message.record.text(Tag::Program).value_or("")}});
  stage_ = Stage::Offered;
  environment_.home.agenda().arm_in(limit_timer_, kLongestStart);
  send(hello());
  for (const auto& door : environment_.doors.lend()) {
    Message listener{.kind = MessageKind::Listener};
    listener.record.add_flag(Tag::IsLent, door.is_lent);
    stream_.send(listener.encoded(), io::UniqueFd(fcntl(door.fd, F_DUPFD_CLOEXEC, 0)));
  }
  Message offer{.kind = MessageKind::Offer};
  offer.record.add(Tag::LastClient, environment_.commons.last_session_id.load());
  send(offer);
}

void Giver::refuse(const std::string& why) {
  environment_.commons.log.warning("takeover refused", {{"reason", why}});
  if (stage_ == Stage::Giving) return stream_.finish({});  // it may have clients already: see on_closed
  Message refusal{.kind = MessageKind::Refusal};
  refusal.record.add(Tag::Text, why);
  send(refusal);
  end(Stage::Over);
}

void Giver::begin_giving() {
  if (const auto why = environment_.owner.why_not_given(*this); !why.empty()) return refuse(why);
  auto& commons = environment_.commons;
  stage_ = Stage::Giving;
  cancels_.emplace(commons.keys, environment_.home, [this](const Message& message) { send(message); });
  environment_.owner.on_giving();
  call_roll();
}

// Clients that were accepted before get their numbers when their workers read of them: the new process's numbers begin
// behind these.
void Giver::call_roll() {
  const auto left = std::make_shared<std::atomic<std::size_t>>(environment_.serving.size());
  for (const auto& serving : environment_.serving) {
    serving->worker().post([left, &home = environment_.home, ticket = ticket_] {
      if (--*left > 0) return;
      home.post([ticket] {
        if (*ticket != nullptr && (*ticket)->stage_ == Stage::Giving) (*ticket)->let_go();
      });
    });
  }
}

// From here on the new process may open as many server connections as are not told as ours; we open none beyond those.
void Giver::let_go() {
  auto& commons = environment_.commons;
  commons.ledgers.give_way();
  tell_connections();
  tell_secrets();
  Message go{.kind = MessageKind::Go};
  go.record.add(Tag::LastClient, commons.last_session_id.load());
  send(go);
  commons.log.info("handing over", {{"process", process_id_}, {"clients", client_count_of(environment_.serving)}});
  const auto options = commons.live.current()->takeover;
  const auto rate = static_cast<double>(options.rate) / static_cast<double>(environment_.serving.size());
  for (std::size_t number = 0; number < environment_.serving.size(); ++number) {
    const auto deliver = [ticket = ticket_](Departures::Client client) {
      if (*ticket != nullptr) (*ticket)->deliver(std::move(client));
    };
    const auto& departures = departures_.emplace_back(std::make_shared<Departures>(number, environment_.home, deliver));
    auto& serving = *environment_.serving[number];
    serving.worker().post([&serving, departures, rate] { serving.begin_moving(departures, rate); });
  }
  environment_.home.agenda().arm_in(watch_timer_, kWatchInterval);
  environment_.home.agenda().arm_in(silence_timer_, std::chrono::seconds(1));
  limit_timer_.disarm();
  if (options.timeout.count() > 0) environment_.home.agenda().arm_in(limit_timer_, options.timeout);
}

void Giver::tell_connections() {
  for (const auto& [name, connections] : environment_.commons.ledgers.held_connections()) {
    const auto told = told_connections_.find(name);
    if (told != told_connections_.end() && told->second == connections) continue;
    told_connections_[name] = connections;
    Message message{.kind = MessageKind::Connections};
    message.record.add(Tag::Database, name.database).add(Tag::User, name.user).add(Tag::Connections, connections);
    send(message);
  }
}

// What clients have logged in with, where servers are logged in to with the same.
void Giver::tell_secrets() {
  const auto message_of = [](const auth::DatabaseUser& name) {
    Message message{.kind = MessageKind::Secret};
    message.record.add(Tag::Database, name.database).add(Tag::User, name.user);
    return message;
  };
  environment_.commons.remembered_passwords.for_each_password([&](const auto& name, const auto& password) {
    auto message = message_of(name);
    message.record.add(Tag::Password, password.view());
    send(message);
  });
  environment_.commons.passed_keys.for_each([&](const auto& name, const protocol::ScramLoginKeys& keys) {
    auto message = message_of(name);
    message.record.add(Tag::ClientKey, protocol::bytes_of(keys.client_key))
        .add(Tag::ServerKey, protocol::bytes_of(keys.server_key));
    send(message);
  });
}

void Giver::deliver(Departures::Client client) {
  if (stage_ != Stage::Giving) return;  // they are taken back
  away_.emplace(client.id, client.worker);
  if (client.fd.is_open()) return stream_.send(std::move(client.message), std::move(client.fd));
  Message declined{.kind = MessageKind::Declined};
  declined.record.add(Tag::Number, client.id).add(Tag::Text, "no descriptor is left");
  on_answered(declined, false);
}

void Giver::on_answered(const Message& message, bool is_taken) {
  const auto id = message.record.number(Tag::Number).value_or(0);
  const auto found = away_.extract(id);
  if (found.empty()) return;
  ++(is_taken ? taken_ : declined_);
  if (!is_taken) {
    environment_.commons.log.warning("the new process does not take a client",
                                     {{"client", id}, {"reason", message.record.text(Tag::Text).value_or("")}});
  }
  auto& serving = *environment_.serving[found.mapped()];
  serving.worker().post([&serving, id, is_taken] { serving.on_departed(id, is_taken); });
}

void Giver::watch() {
  if (stage_ != Stage::Giving) return;
  tell_connections();
  if (client_count_of(environment_.serving) > 0) return environment_.home.agenda().arm_in(watch_timer_, kWatchInterval);
  environment_.commons.log.info("handed over", {{"taken", taken_}, {"declined", declined_}});
  give_place();
}

// Its clients, and those that connect, would wait for it without an end. Once it is dead they are served here.
void Giver::on_second() {
  silent_seconds_ = away_.empty() ? 0 : silent_seconds_ + 1;
  if (silent_seconds_ <= kMostSilentSeconds) {
    return environment_.home.agenda().arm_in(silence_timer_, std::chrono::seconds(1));
  }
  environment_.commons.log.error("the new process does not answer",
                                 {{"process", process_id_}, {"clients", away_.size()}, {"taken", taken_}});
  os::kill(process_);
  stream_.finish({});  // see on_closed
}

void Giver::on_time_over() {
  if (stage_ == Stage::Asked || stage_ == Stage::Offered) return refuse("it takes too long");
  if (stage_ != Stage::Giving) return;
  environment_.commons.log.warning("the takeover took too long",
                                   {{"clients", client_count_of(environment_.serving)}, {"taken", taken_}});
  give_place();
}

void Giver::give_place() {
  environment_.owner.on_place_given(process_id_);
  send({.kind = MessageKind::End});
  end(Stage::Over);
  environment_.owner.on_given();
}

void Giver::on_closed() {
  switch (stage_) {
    case Stage::Asked:
    case Stage::Offered:
      environment_.commons.log.info("the other process does not take over", {{"process", process_id_}});
      return end(Stage::Over);
    case Stage::Giving:
      end(Stage::Lost);
      look_until_ = environment_.home.agenda().now() + kLongestDeath;
      return look_after_lost();
    case Stage::Lost:
    case Stage::Over:
      return;
  }
}

// Clients that were on the way stay here in any case: nobody has said that he has them.
void Giver::look_after_lost() {
  auto& commons = environment_.commons;
  const bool is_dead = os::has_ended(process_);
  if (!is_dead && environment_.home.agenda().now() < look_until_) {
    return environment_.home.agenda().arm_in(lost_timer_, kWatchInterval);
  }
  commons.log.error("the takeover has broken off", {{"process", process_id_}, {"ended", is_dead}, {"taken", taken_}});
  end(Stage::Over);
  for (const auto& serving : environment_.serving) {
    serving->worker().post([&told = *serving] { told.stop_moving(); });
  }
  commons.ledgers.end_giving_way();
  is_dead ? environment_.owner.on_taken_back() : environment_.owner.on_broken_off();
}

void Giver::end(Stage stage) {
  stage_ = stage;
  watch_timer_.disarm();
  silence_timer_.disarm();
  limit_timer_.disarm();
  if (stage != Stage::Over) return;
  stream_.finish(kLongestFlush);
  cancels_.reset();
}

}  // namespace howdah::takeover
