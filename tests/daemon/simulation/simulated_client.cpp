#include "tests/daemon/simulation/simulated_client.h"

#include <stdexcept>

#include "protocol/error_fields.h"
#include "tests/support/frame_text.h"
#include "tests/support/startup_packets.h"

namespace howdah::tests {

using protocol::Bytes;

namespace {

constexpr std::size_t kLeastCapacity = 200;

std::size_t first_frame_bytes(Bytes bytes) {
  return static_cast<std::size_t>(protocol::read_int32(bytes.substr(1))) + 1;
}

// Errors that PostgreSQL could have given instead.
bool is_same_error(Bytes expected, Bytes body) {
  if (expected.empty()) return false;
  const auto text = backend_text(expected.substr(0, first_frame_bytes(expected)));
  const auto error = protocol::read_error(body);
  // Of two reasons why a COPY fails the server may notice either first.
  if (text == "E(22P02 bad data)") return error.message.starts_with("COPY from stdin failed");
  // A statement that has several names may be called by either; one that turns out to be missing, as the server does.
  const auto is_both = [&](const std::string& sqlstate) {
    return text.starts_with("E(" + sqlstate) && error.sqlstate == sqlstate;
  };
  return is_both("26000") || is_both("42P05");
}

// It tells a client of others, which is all that it may hear of them.
bool is_word_from_the_queue(char type, Bytes body) {
  return type == 'N' && protocol::read_error(body).message.starts_with("waiting for a server connection");
}

}  // namespace

SimulatedClient::SimulatedClient(int number, Play& play, Dice& dice, const Weather& weather, int unit_count)
    : number_(number),
      play_(play),
      dice_(dice),
      weather_(weather),
      mix_(number, dice, weather.kills_servers, weather.is_calm()),
      units_left_(unit_count) {}

void SimulatedClient::require(bool holds, const std::string& promise) const {
  if (!holds) throw std::logic_error("broken: " + promise + "\n  " + describe());
}

std::string SimulatedClient::describe() const {
  std::string text = "client " + std::to_string(number_) + (is_strict_ ? " strict" : " lenient");
  if (has_said_goodbye_) text += ", goodbye";
  if (has_gone_) text += ", gone";
  if (connection_ != nullptr) {
    const auto& socket = connection_->socket();
    text += ", session state " + std::to_string(static_cast<int>(connection_->state())) + ", unread " +
            std::to_string(socket.unread_bytes()) + ", kept " + std::to_string(socket.kept_bytes()) + ", pending " +
            std::to_string(socket.pending_bytes()) + (socket.is_reading() ? "" : ", not read from");
  }
  return text + ", unsent " + std::to_string(to_send_.size()) + ", ready due " + std::to_string(ready_due_) +
         ", seen " + std::to_string(ready_seen_) + ", asked:" + asked_ + ", expects: " + backend_text(expected_) +
         ", has: " + backend_text(received_);
}

void SimulatedClient::act() {
  if (is_over_) return;
  if (connection_ == nullptr) return connect();
  switch (dice_.below(8)) {
    case 0:
    case 1:
      return ask();
    case 2:
    case 3:
    case 4:
      return send(dice_.portion(to_send_.size() + 1));
    case 5:
      if (!weather_.cancels || !is_welcome_ || dice_.chance(80)) return hear(dice_.portion(10'000));
      has_cancelled_ = true;
      connection_->cancel();
      return;
    case 6:
      if (weather_.vanishes && dice_.chance(4)) return vanish();
      [[fallthrough]];
    default:
      if (!weather_.is_slow || dice_.chance(20)) hear(dice_.portion(100'000));
  }
}

void SimulatedClient::connect() {
  connection_ = &play_.connect();
  if (weather_.is_slow) connection_->socket().set_capacity(kLeastCapacity + dice_.portion(20'000));
  Pairs pairs = {{"user", "app"}, {"database", "shop"}};
  if (dice_.chance(40)) {
    application_name_ = "s" + std::to_string(number_ % 3);
    pairs.emplace_back("application_name", application_name_);
  }
  to_send_ = startup_packet(pairs);
}

void SimulatedClient::ask() {
  const bool is_eager = ready_due_ - ready_seen_ < 2 || dice_.chance(20);
  if (units_left_ == 0 || !is_welcome_ || has_said_goodbye_ || has_gone_ || !is_eager) return;
  --units_left_;
  const auto unit = mix_.next(application_name_.empty());
  to_send_ += unit.bytes;
  for_each_frame(unit.bytes, [this](char type, Bytes body) { asked_ += ' ' + frontend_text(type, body); });
  ready_due_ += unit.ready_count;
  has_left_state_ = has_left_state_ || unit.leaves_state;
  if (!unit.is_countable) {
    is_countable_ = is_strict_ = false;
    units_left_ = 0;
  }
  if (is_strict_) {
    reference_.feed(unit.bytes);
    while (reference_.is_asleep()) reference_.wake();
    expected_ += reference_.take_output();
  }
  if (units_left_ == 0 && dice_.chance(40)) {
    to_send_ += terminate();
    has_said_goodbye_ = true;
  }
}

void SimulatedClient::send(std::size_t most) {
  const auto size = std::min(most, to_send_.size());
  connection_->socket().send(to_send_.substr(0, size));
  to_send_.erase(0, size);
}

void SimulatedClient::vanish() {
  has_gone_ = true;
  to_send_.clear();
  switch (dice_.below(3)) {
    case 0:
      return connection_->socket().reset();
    case 1:
      return connection_->socket().vanish();
    default:
      return connection_->socket().send_end_of_file();
  }
}

void SimulatedClient::hear(std::size_t most) {
  if (is_over_) return;
  received_ += connection_->socket().receive(most);
  const auto rest = for_each_frame(received_, [this](char type, Bytes body) { on_frame(type, body); });
  received_.erase(0, received_.size() - rest.size());
  if (connection_->socket().is_closed()) on_closed();
}

void SimulatedClient::on_frame(char type, Bytes body) {
  if (!is_welcome_) return on_welcome_frame(type, body);
  if (is_word_from_the_queue(type, body)) return;
  const auto frame = message(type, body);
  if (is_strict_ && expected_.starts_with(frame)) {
    expected_.erase(0, frame.size());
    ready_seen_ += type == 'Z' ? 1 : 0;
    if (type == 'E') has_heard_fatal_ = protocol::read_error(body).severity == protocol::Severity::Fatal;
    return;
  }
  if (is_strict_ && type == 'E' && is_same_error(expected_, body)) {
    expected_.erase(0, first_frame_bytes(expected_));
    return;
  }
  if (is_strict_) return on_unexpected(type, body, frame);
  count_frame(type, body);
}

void SimulatedClient::on_welcome_frame(char type, Bytes body) {
  if (type == 'Z') is_welcome_ = true;
  if (type == 'K') connection_->note_keys(message(type, body));
  if (type != 'E') return;
  has_heard_fatal_ = true;
  require(weather_.kills_servers || weather_.fails_logins || weather_.jumps_clock || weather_.drains,
          "a log-in is refused only for a reason: " + protocol::read_error(body).message);
}

// Only an error may come where another answer was due, and only one that the weather allows.
void SimulatedClient::on_unexpected(char type, Bytes body, const std::string& frame) {
  require(type == 'E', "the replies are those that PostgreSQL gives, but came: " + backend_text(frame).substr(0, 300));
  const auto error = protocol::read_error(body);
  const bool is_cancelled = error.sqlstate == "57014" && has_cancelled_;
  const bool is_told_to_go = error.sqlstate == "57P01" && weather_.drains;
  const bool is_allowed =
      weather_.kills_servers || weather_.fails_logins || weather_.jumps_clock || is_cancelled || is_told_to_go;
  require(is_allowed, "an error comes only for a reason, but came: " + error.sqlstate + ' ' + error.message);
  is_strict_ = false;
  expected_.clear();
  count_frame(type, body);
}

void SimulatedClient::count_frame(char type, Bytes body) {
  const auto owner = client_of(body);
  require(!owner || *owner == number_,
          "no client sees another one's bytes, but came: " + backend_text(message(type, body)).substr(0, 300));
  if (type == 'E') {
    has_heard_fatal_ = protocol::read_error(body).severity == protocol::Severity::Fatal;
    return;
  }
  if (type != 'Z') return;
  ++ready_seen_;
  if (!is_countable_) return;
  require(ready_seen_ <= ready_due_, "no more ReadyForQuery than asked for");
  if (ready_seen_ < ready_due_ || body != "I" || has_left_state_) return;
  is_strict_ = true;  // all is answered: it starts anew
  reference_ = ScriptedServer();
}

bool SimulatedClient::is_waiting_for_answers() const {
  if (is_over_ || !is_welcome_ || has_gone_) return connection_ != nullptr && !is_over_;
  return is_strict_ ? !expected_.empty() : (is_countable_ && ready_seen_ < ready_due_);
}

void SimulatedClient::on_closed() {
  is_over_ = true;
  if (has_gone_) return;
  // Who has said goodbye is sent the rest for some seconds only.
  const bool may_be_cut = weather_.kills_servers || weather_.jumps_clock || (weather_.is_slow && has_said_goodbye_) ||
                          (weather_.drains && !is_welcome_);
  require(may_be_cut || received_.empty(), "no connection ends inside a frame");
  require(may_be_cut || has_heard_fatal_ || has_said_goodbye_, "nobody is closed without a reason");
  require(may_be_cut || has_heard_fatal_ || !is_strict_ || expected_.empty(), "everything asked is answered");
}

bool SimulatedClient::settle() {
  if (connection_ == nullptr || is_over_) return false;
  units_left_ = 0;
  auto& socket = connection_->socket();
  const bool has_to_send = !to_send_.empty();
  send(to_send_.size());
  const bool has_to_hear = socket.receivable() > 0 || socket.is_closed();
  hear(FakeSocket::kAll);
  return has_to_send || has_to_hear;
}

bool SimulatedClient::leave_politely() {
  if (connection_ == nullptr || has_said_goodbye_ || is_over_ || is_waiting_for_answers()) return false;
  has_said_goodbye_ = true;
  to_send_ += terminate();
  return true;
}

}  // namespace howdah::tests
