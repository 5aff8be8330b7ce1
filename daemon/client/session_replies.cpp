// The way back: from the server's replies to the client, and the end of a lease.
#include "daemon/client/session.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"
#include "protocol/state_refusal.h"
#include "protocol/statement_events.h"

namespace howdah::client {

using protocol::Severity;
using protocol::TransactionStatus;

void Session::begin_lease(server::ServerConnection& server) {
  server_ = &server;
  const bool is_same_server = std::exchange(last_server_, server.id()) == server.id();
  server.lease_to(*this);
  if (tracing_) begin_traced_lease(server);
  begin_following();
  if (!begin_.is_open()) transaction_since_ = environment_.agenda.now();
  request_since_.reset();
  reset_.reset();
  is_pin_logged_ = is_pinned_for_settings_ = false;
  const bool is_ignoring = mode_ != config::PoolMode::Session;
  server.left_state().ignore(is_ignoring ? rules_->policies.ignored : protocol::StateKinds{});
  if (mode_ != config::PoolMode::Session) {
    note_sequence_user(is_same_server);
    server.words().look_for(pool_->telling_names());
    server.remember_texts(rules_->state.probe == config::StateProbe::Background);
    begin_translation();
  }
  if (state_ != State::Welcoming) return enter(State::Leased);
  server.adopt_settings(settings_, environment_.requests, server::ServerConnection::Adoption::Plain);
  send_requests();
  if (server.owed().is_settled()) on_progress();
}

void Session::begin_translation() {
  if (!prepared_) prepared_ = std::make_unique<ClientStatements>();
  auto& spare = environment_.spare_translators;
  if (spare.empty()) spare.push_back(std::make_unique<StatementTranslator>());
  statements_ = std::move(spare.back());
  spare.pop_back();
  const auto& options = rules_->prepared_statements;
  statements_->begin_lease(
      {.prepared = *prepared_,
       .cache = pool_->statements(),
       .limits = {.per_server = static_cast<std::size_t>(options.per_server), .reuse_unnamed = options.reuse_unnamed},
       .session_id = id_},
      *server_);
}

void Session::end_translation() {
  if (!statements_) return;
  statements_->end_lease();
  environment_.spare_translators.push_back(std::move(statements_));
}

void Session::on_granted(server::ServerConnection& server) {
  begin_lease(server);
  note_granted(server, waiting_since());
  if (state_ != State::Leased) return;
  if (held_type_ == 0) send_begin();
  stream_->set_reading(true);
  stream_->redeliver();
}

void Session::on_refused(const protocol::ErrorFields& error) {
  if (state_ == State::Welcoming) {
    auto last_words = error;
    last_words.severity = Severity::Fatal;
    return terminate(last_words);
  }
  if (held_type_ == 0) {  // a BEGIN alone: the next request, which may have come meanwhile, will ask again
    enter(State::Idle);
  } else {
    auto refusal = error;
    refusal.severity = Severity::Error;
    refuse_request(held_type_, refusal);
    send_replies();
  }
  stream_->set_reading(true);
  stream_->redeliver();
}

void Session::on_reply_bytes(protocol::Bytes bytes) {
  if (server_ != nullptr) server_->repeatable().note_answer();
  if (refused_) bytes = news_of_repeat(bytes);
  environment_.replies.pass(bytes);
}

void Session::on_statement_answered(const protocol::StatementNote& note) {
  if (statements_) statements_->on_answered(note);
}

void Session::on_command_tag(std::string_view tag) {
  if (statements_) statements_->on_command_tag(tag, *server_);
}

bool Session::on_statement_error(protocol::Bytes frame, const std::optional<protocol::StatementNote>& asked) {
  if (const auto refused = protocol::refused_kind(protocol::read_error(frame.substr(protocol::kFrameHeaderBytes)))) {
    const auto error = protocol::state_refusal(*refused);
    environment_.replies.own_written([&error](std::string& out) { protocol::append_error(out, error); });
    return true;
  }
  if (evict_for_command(frame)) return false;
  if (!statements_) {
    environment_.replies.own(frame);
    return true;
  }
  if (can_repeat_untouched() &&
      protocol::is_statement_outdated(protocol::read_error(frame.substr(protocol::kFrameHeaderBytes)))) {
    statements_->on_outdated(server_->repeatable().bytes());
    repeat_ = Repeat::Due;
    return false;
  }
  server_->repeatable().forget();
  environment_.replies.own(statements_->on_error(frame, asked));
  return true;
}

bool Session::on_ready_for_query(TransactionStatus status) {
  if (repeat_ == Repeat::Due) return false;
  if (refused_) forget_refusal();
  if (status == TransactionStatus::Idle) {
    ++pool_->totals().transactions;
    take_settings_over();
    if (ear_) hear_waiting_in_place();
  }
  if (mode_ != config::PoolMode::Statement || status == TransactionStatus::Idle) return !keep_ready_back();
  // The block began in a way that could not be seen beforehand: it is refused now and rolled back by the
  // clean-up.
  pool_->figures().note_error(protocol::sqlstate::kFeatureNotSupported);
  environment_.replies.own_written([](std::string& out) {
    protocol::append_error(out, protocol::make_error(Severity::Error, protocol::sqlstate::kFeatureNotSupported,
                                                     "transaction blocks are not allowed in pool mode \"statement\""));
    protocol::append_ready_for_query(out, TransactionStatus::Idle);
  });
  return false;
}

void Session::on_progress() {
  pool_->totals().rows += server_->runs().take_row_count();
  if (server_->has_errors()) note_errors();
  if (server_->runs().has_slow()) log_slow_statements();
  if (has_own_failure()) return;
  if (repeat_ == Repeat::Waiting) return;
  if (repeat_ == Repeat::Due && server_->owed().is_settled()) return begin_repeat();
  send_replies();
  const auto& owed = server_->owed();
  if (state_ == State::Welcoming) {
    if (!owed.is_settled()) return;
    complete_welcome(*pool_->welcomes().remember(settings_, server_->parameters()));
  }
  if (state_ == State::Leased && owed.is_settled()) {
    settle_lease();
  } else if (state_ == State::Leased && owed.is_empty()) {  // a batch whose Sync is still to come
    (void)note_answered();
    arm_deadline();
  }
  end_if_all_is_answered();
  if (state_ != State::Ended && is_holding_) stream_->redeliver();
}

// The server refused the session's settings: at the log-in that is the client's error, later its end, since
// the request behind them has gone with them.
bool Session::has_own_failure() {
  if (!server_->has_own_error()) return false;
  if (state_ == State::Welcoming && !server_->owed().is_settled()) return true;  // its ReadyForQuery is still to come
  auto error = server_->take_own_error();
  error->severity = Severity::Fatal;
  if (state_ != State::Welcoming) {
    note_lease_end(*server_);
    auto* server = std::exchange(server_, nullptr);
    server->close("refused settings that it had taken before");
    environment_.replies.clear();
  }
  terminate(*error);
  return true;
}

void Session::note_errors() {
  for (const auto& sqlstate : server_->take_errors()) pool_->figures().note_error(sqlstate);
}

void Session::settle_lease() {
  if (note_answered() && server_->status() == TransactionStatus::Idle) note_transaction_end();
  if (is_moving_channels() && go_on_moving_channels()) return;
  if (statements_) statements_->settle(*server_);
  const bool is_refused_block = mode_ == config::PoolMode::Statement && server_->status() != TransactionStatus::Idle;
  if (is_refused_block) {
    statements_.reset();  // it knows of a transaction that only the clean-up ends
    drop_reset();
    give_server_back(false);
    return enter(State::Idle);
  }
  if (is_draining_ && server_->status() == TransactionStatus::Idle && !has_partial_request()) {
    end_reset();
    return drain();
  }
  take_settings_over();
  if (rules_->state.settings == config::SettingsPolicy::Pin) follow_settings_policy();
  const bool is_all_known = server_->left_state().is_empty();
  if (is_all_known && server_->must_adopt(settings_) && restore_startup_settings()) return;
  if (ask_what_is_left() || (server_->must_adopt(settings_) && restore_startup_settings())) return;
  if (reset_) {
    if (restore_in_transaction()) return;
    end_reset();
  }
  if (!rules_->policies.rejected.is_empty() && ends_for_refused_state()) return;
  if ((ear_ || !is_all_known) && begin_moving_channels()) return;
  const auto busy = server_->why_not_releasable(has_partial_request());
  const bool is_reset = busy == server::Busy::Pinned && leaves_ignored_settings();
  if (busy == server::Busy::Pinned && !is_reset) {
    if (takes_one_pin_too_many()) return;
    note_pin();
  }
  if ((busy && !is_reset) || mode_ == config::PoolMode::Session) return arm_deadline();
  if (statements_ && statements_->close_visible(*server_, environment_.requests)) return send_requests();
  end_translation();
  note_lease_end(*server_);
  auto& server = *std::exchange(server_, nullptr);
  is_reset || server.setting_traits().is_hasty ? pool_->clean_up(server, {.is_cancel_wanted = false})
                                               : pool_->release(server);
  enter(State::Idle);
}

void Session::on_server_drained() {
  if (is_ending_) return;
  stream_->set_reading(true);
  stream_->redeliver();
}

void Session::on_server_lost(bool was_told) {
  last_words_.reset();
  if (!was_told && !server_->has_partial_reply()) {
    last_words_ = std::make_unique<const protocol::ErrorFields>(protocol::make_error(
        Severity::Fatal, protocol::sqlstate::kConnectionFailure, "server closed the connection unexpectedly"));
  }
  note_lease_end(*server_);
  server_ = nullptr;
  repeat_ = Repeat::None;
  end("server connection lost", false);
}

void Session::on_cancel_request(cancel::CancelHold hold) {
  if (state_ == State::Moving) return owner_.on_cancelled_away(*this, std::move(hold));
  if (console_) return give_order_up(admin::Ticket::State::Cancelled);
  if (pool_ == nullptr) return;
  ++pool_->totals().cancels;
  if (repeat_ == Repeat::Waiting) return cancel_repeat();
  if (state_ == State::Waiting) {
    if (held_type_ == 0) return;
    pool_->leave(*this);
    on_refused(protocol::make_error(Severity::Error, protocol::sqlstate::kQueryCanceled,
                                    "canceling statement due to user request"));
  } else if (state_ == State::Leased && !server_->owed().is_empty() &&
             (server_->is_adopting() || !server_->owed().is_next_for_pooler())) {
    server_->cancel(std::move(hold));
  }
}

}  // namespace howdah::client
