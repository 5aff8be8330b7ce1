// What a session listens to goes to the listener of its database when it gives its server back, and comes back to its
// server where a text may have to do with channels. See Listening.
#include <utility>

#include "daemon/client/session.h"
#include "protocol/channel_words.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"
#include "protocol/statement_messages.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::Channels;
using protocol::Piece;
using protocol::StateKind;
using protocol::TransactionStatus;

namespace {

constexpr std::string_view kClearing = "UNLISTEN *";
// A listener that did not answer is not waited for again so soon: the client's requests are held back meanwhile.
constexpr auto kRetryAfter = std::chrono::seconds(60);

}  // namespace

// --- from its server to the listener

void Session::enter(ChannelStep step) {
  channel_step_ = step;
  since_ = environment_.agenda.now();
  send_requests();
  arm_deadline();
}

// The server owes nothing. False: the move is over.
bool Session::go_on_moving_channels() {
  if (channel_step_ == ChannelStep::Marking) {
    auto found = server_->channels();
    found.erase(ear_->listening.switch_channel());
    ear_->listening.hand_over(found);
    enter(ChannelStep::HandingOver);
  } else if (channel_step_ == ChannelStep::Clearing) {
    channel_step_ = ChannelStep::None;
    server_->set_channels({});
    server_->left_state().remove(StateKind::Listen);
    if (ear_ && !ear_->listening.is_away()) end_listening();
    return false;
  } else if (channel_step_ == ChannelStep::Fetching && !ear_->listening.is_switching()) {
    end_fetching();
  }
  return true;
}

// What a probe has found on its server. True: the move is under way.
bool Session::begin_moving_channels() {
  if (mode_ == config::PoolMode::Session || channel_step_ == ChannelStep::GivenUp) return false;
  if (rules_->state.listen == config::ListenPolicy::Pin) return false;
  if (is_ending_ || is_at_end_of_file_ || has_partial_request()) return false;
  if (server_->status() != TransactionStatus::Idle || server_->setting_traits().is_hasty) return false;
  if (ear_) ear_->listening.end_transaction();
  if (ear_ && environment_.agenda.now() < ear_->hand_over_at) return false;
  const auto& left = server_->left_state();
  if (left.held() != protocol::StateKinds{StateKind::Listen} || !left.suspected().is_empty()) {
    if (ear_ && !ear_->listening.is_away() && !left.has(StateKind::Listen)) end_listening();
    return false;
  }
  auto found = server_->channels();
  found.erase(pool_->channels().switch_channel());
  if (!found.empty() && !may_be_heard_for(found)) return false;
  server_->run(found.empty() ? kClearing : protocol::for_each_channel("LISTEN", {pool_->channels().switch_channel()}),
               environment_.requests);
  if (!found.empty() && !ear_) {
    ear_ = std::make_unique<Ear>(pool_->channels(), static_cast<ListeningOwner&>(*this));
  }
  enter(found.empty() ? ChannelStep::Clearing : ChannelStep::Marking);
  return true;
}

// The listener is told everything in UTF-8, and channels are known as the server encodes them.
bool Session::may_be_heard_for(const Channels& channels) const {
  const auto& parameters = server_->parameters();
  const auto value = [&](const char* name) {
    const auto found = parameters.find(name);
    return found == parameters.end() ? std::string_view() : std::string_view(found->second);
  };
  const auto encoding = value("server_encoding");
  if (encoding == "SQL_ASCII") return true;
  if (value("client_encoding") != "UTF8") return false;
  const auto is_ascii = [](const std::string& name) {
    return std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  };
  return encoding == "UTF8" || std::ranges::all_of(channels, is_ascii);
}

void Session::on_switched() {
  if (state_ == State::Ended) return;
  if (channel_step_ == ChannelStep::HandingOver) {
    server_->run(kClearing, environment_.requests);
    return enter(ChannelStep::Clearing);
  }
  if (server_ == nullptr) return;
  if (channel_step_ == ChannelStep::Fetching) return server_->owed().is_settled() ? end_fetching() : void();
  stream_->redeliver();
  if (channel_step_ == ChannelStep::None && server_->owed().is_settled() && !is_holding_) settle_lease();
}

// --- from the listener to its server

// Its server owes nothing, so that the request that waits meets it at rest, and a BEGIN may go in front of it.
void Session::end_fetching() {
  channel_step_ = ChannelStep::None;
  stream_->redeliver();
}

// In front of a message that may have to do with channels, between two batches.
bool Session::must_wait_for_channels(const Piece& piece, Bytes behind) {
  if (!ear_->listening.is_away()) return false;
  const auto& owed = server_->owed();
  if (owed.is_unsynced() || owed.is_copy_in() || !touches_channels(piece, behind)) return false;
  if (!owed.is_settled()) return true;
  if (server_->status() == TransactionStatus::Failed) return false;
  const bool is_own_transaction = server_->status() == TransactionStatus::Idle;
  if (is_own_transaction) {
    server_->adopt_settings(settings_, environment_.requests, server::ServerConnection::Adoption::Guarded);
  }
  server_->run(ear_->listening.fetch(is_own_transaction), environment_.requests);
  server_->left_state().suspect(StateKind::Listen);
  if (!is_own_transaction) return false;
  server_->run(protocol::for_each_channel("UNLISTEN", {pool_->channels().switch_channel()}), environment_.requests);
  enter(ChannelStep::Fetching);
  return true;
}

// It, or one of those behind it in its batch.
bool Session::touches_channels(const Piece& piece, Bytes behind) const {
  if (touches_channels(piece)) return true;
  if (!piece.is_end || piece.type == 'Q' || piece.type == 'F') return false;
  protocol::FrameWalker walker(protocol::client_frame_rules());
  while (const auto size = walker.whole_frame_bytes(behind)) {
    const char type = behind.front();
    if (type == 'S' || type == 'Q' || type == 'F') break;
    if (touches_channels({.type = type, .is_start = true, .is_end = true, .bytes = behind.substr(0, size)}))
      return true;
    behind.remove_prefix(size);
  }
  return false;
}

bool Session::touches_channels(const Piece& piece) const {
  const auto is_telling = [this](Bytes text) {
    return protocol::may_touch_channels(text, pool_->telling_names().get());
  };
  const auto is_telling_definition = [&](Bytes definition) {
    return !definition.empty() && is_telling(protocol::statement_text(definition));
  };
  switch (piece.type) {
    case 'Q':
    case 'P':
      return !piece.is_end || is_telling(protocol::request_text(piece.type, piece.body()));
    case 'F':
      return piece.body().size() < sizeof(std::int32_t) ||
             !protocol::is_harmless_function(protocol::read_int32(piece.body()));
    case 'B': {
      const auto front = protocol::read_bind_front(piece.body());
      if (!front || !prepared_) return false;
      if (!front->statement.empty()) {
        const auto statement = prepared_->names.find(protocol::cut_statement_name(front->statement));
        return statement && is_telling_definition(statement->definition());
      }
      const auto& unnamed = prepared_->unnamed;
      return is_telling_definition(unnamed.shared ? unnamed.shared->definition() : Bytes(unnamed.definition));
    }
    default:
      return false;
  }
}

// --- what goes wrong

void Session::on_channels_late() {
  if (channel_step_ == ChannelStep::HandingOver) return ear_->listening.give_up_handing_over();
  const bool is_own_server = channel_step_ == ChannelStep::Marking || channel_step_ == ChannelStep::Clearing;
  end_timed_out(protocol::sqlstate::kConnectionFailure,
                is_own_server ? "terminating connection: the server does not answer"
                              : "terminating connection: the connection that listens for it does not answer");
}

// Its server goes on hearing, and so stays with it.
void Session::on_handed_back() {
  if (state_ == State::Ended) return;
  environment_.log.warning("the listener does not answer", {{"client", id_}, {"database", database()}});
  ear_->hand_over_at = environment_.agenda.now() + kRetryAfter;
  server_->run(protocol::for_each_channel("UNLISTEN", {pool_->channels().switch_channel()}), environment_.requests);
  enter(ChannelStep::GivenUp);
}

void Session::on_listener_lost() {
  if (state_ == State::Ended) return;
  if (rules_->state.listener_lost == config::ListenerLost::Relisten) {
    return ear_->listening.give_up_fetching();
  }
  terminate(protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kConnectionFailure,
                                 "the server connection that listens for this client is lost; notifications may be "
                                 "missing"));
}

void Session::on_listening_again() {
  if (state_ == State::Ended || !ear_->listening.is_away()) return;
  if (rules_->state.listener_lost == config::ListenerLost::Disconnect) return;  // it has come since the loss
  std::string notice;
  protocol::append_error(notice, protocol::make_error(protocol::Severity::Warning, protocol::sqlstate::kWarning,
                                                      "the server connection that listens for this client was lost "
                                                      "for a while; notifications may be missing"));
  hear(notice);
}

void Session::end_listening() {
  channel_step_ = ChannelStep::None;
  if (ear_) environment_.agenda.bury(std::shared_ptr<Ear>(std::move(ear_)));
}

}  // namespace howdah::client
