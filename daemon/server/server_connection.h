// Our connection to a PostgreSQL, logged in: its replies matched to what was asked, its transaction status,
// settings and left-over state. It moves no bytes by itself but through its stream, and does not know pools
// or sessions: its tenant gets the replies, its owner hears of its end. Owned by the pool; one worker's
// thread only. (PostgreSQL documentation: "Message Flow")
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cancel/cancel_hold.h"
#include "daemon/io/stream.h"
#include "daemon/server/backend_connector.h"
#include "daemon/server/bound_statements.h"
#include "daemon/server/release_rule.h"
#include "daemon/server/repeatable_batch.h"
#include "daemon/server/standing.h"
#include "daemon/server/statement_runs.h"
#include "daemon/server/tenant.h"
#include "daemon/server/transaction_times.h"
#include "daemon/worker/agenda.h"
#include "protocol/error_fields.h"
#include "protocol/frame_walker.h"
#include "protocol/left_state.h"
#include "protocol/notification.h"
#include "protocol/owed_replies.h"
#include "protocol/reported_parameters.h"
#include "protocol/sequence_values.h"
#include "protocol/server_statements.h"
#include "protocol/session_settings.h"
#include "protocol/set_command.h"
#include "protocol/setting_changes.h"
#include "protocol/setting_names.h"
#include "protocol/state_hints.h"
#include "protocol/state_probe.h"

namespace howdah::trace {
class ClientTrace;
}

namespace howdah::server {

class ServerConnection;

class ServerOwner {
 public:
  // The connection is of no more use and leased to nobody. Where the backend has not ended its side yet, is_leaving(),
  // it still counts as a connection there until on_server_gone; else it may be buried now, not destroyed.
  virtual void on_server_closed(ServerConnection& server, std::string_view reason) = 0;
  // The backend has ended its side of a connection that was leaving, or takes too long. It may be buried now.
  virtual void on_server_gone(ServerConnection& server) = 0;
  // While it was idle it has told something because of which its standing is another one now.
  virtual void on_server_doubted(ServerConnection& /*server*/) {}

 protected:
  ~ServerOwner() = default;
};

using ServerId = std::uint64_t;  // unique in the process; 0: none

class ServerConnection final : private io::StreamHandler, private CancelHandler {
 public:
  enum class State { Idle, Leased, Cleaning, Listening, Closed };

  ServerConnection(ServerId id, LoggedIn logged_in, worker::Agenda& agenda, ServerOwner& owner);
  ~ServerConnection();

  [[nodiscard]] ServerId id() const { return id_; }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::int32_t process_id() const { return process_id_; }
  [[nodiscard]] const std::map<std::string, std::string>& parameters() const { return parameters_.values(); }
  [[nodiscard]] worker::TimePoint connected_at() const { return connected_at_; }
  [[nodiscard]] worker::TimePoint idle_since() const { return idle_since_; }
  // In its pool; from its log-in on.
  [[nodiscard]] Standing standing() const { return standing_; }
  void set_standing(Standing standing) { standing_ = standing; }
  // It was lost, or said in its last words that it is shut down: who knows how others of the same host are.
  [[nodiscard]] bool tells_of_host() const { return tells_of_host_; }

  // The lease. `tenant` must outlive it. Cleaning is a lease without a client.
  void lease_to(Tenant& tenant, State state = State::Leased);
  void end_lease();
  // Between leases it may go to another worker: out of this one's loop, and on that one's thread into its loop.
  void leave_worker() { stream_->leave_loop(); }
  void enter_worker(worker::Agenda& agenda, BackendConnector& connector, ServerOwner& owner);
  [[nodiscard]] Tenant* tenant() const { return tenant_; }

  // Notes requests in the order in which their bytes are written after.
  [[nodiscard]] protocol::OwedReplies& owed() { return owed_; }
  [[nodiscard]] const protocol::OwedReplies& owed() const { return owed_; }
  void write(io::OutputBatch& batch) {
    if (trace_ != nullptr) note_written(batch);
    stream_->write(batch);
  }
  [[nodiscard]] std::size_t pending_bytes() const { return stream_->pending_bytes(); }
  // Of the message that is coming.
  [[nodiscard]] std::size_t missing_bytes() const { return walker_.missing_bytes(); }
  [[nodiscard]] const io::Stream& stream() const { return *stream_; }
  // What goes to the server and comes from it is shown to `trace`, too; null: to nobody. The tenant clears it before
  // its lease ends, and it lives to the end of that turn.
  void trace_to(trace::ClientTrace* trace) { trace_ = trace; }
  void set_reading(bool on) { stream_->set_reading(on); }
  // A look at the socket, for one that was idle; costs a system call.
  [[nodiscard]] bool has_unread_input() const { return stream_->has_unread_input(); }

  // Puts what turns the server's settings into `settings` in front of the batch's next bytes. What the server reports
  // of it is left out: the tenant knows it, or does not where it is to be Told. Guarded: if the server refuses them it
  // ends the connection, so that nothing sent behind them runs.
  enum class Adoption { Guarded, Told, Plain };
  void adopt_settings(const protocol::SessionSettings& settings, io::OutputBatch& batch, Adoption adoption);
  [[nodiscard]] bool must_adopt(const protocol::SessionSettings& settings) const;
  // Changed by the log-in, by adopt_settings and by plain SET and RESET commands of the tenant, once these have lasted.
  [[nodiscard]] const protocol::SessionSettings& settings() const { return settings_; }
  [[nodiscard]] const protocol::SettingTraits& setting_traits() const {
    if (traits_of_ != settings_) read_setting_traits();
    return traits_;
  }
  // A RESET has come, of who knows which of them.
  [[nodiscard]] bool may_lack_settings() const { return may_lack_settings_; }
  // Commands that change them are under way, or in the transaction under way.
  [[nodiscard]] bool is_changing_settings() const;
  // Some of them may be the log-in's again: it has to be looked.
  void doubt_settings() { may_lack_settings_ = true; }
  // A command that sets or resets is about to be sent: until tell_held_reports the tenant hears of no parameter.
  void hold_reports() {
    is_holding_reports_ = true;
    has_run_set_ = false;
  }
  // Since then a SET, RESET or DISCARD ALL was run well.
  [[nodiscard]] bool has_run_set() const { return has_run_set_; }
  // What has changed after all, as ParameterStatus messages.
  void tell_held_reports(std::string& out);
  // Sets these, and `local` ones up to the end of the transaction, as the next requests of the batch that is under way.
  void set_in_batch(const protocol::SettingsMap& settings, const protocol::SettingsMap& local, io::OutputBatch& batch);
  // Sets these, and `local` ones up to the end of the transaction that is under way.
  void set_in_transaction(const protocol::SettingsMap& settings, const protocol::SettingsMap& local,
                          io::OutputBatch& batch);
  // Of the settings that a RESET ALL of this moment has put back, those that are in force all the same, as `wanted`.
  void keep_settings(const protocol::SessionSettings& wanted) {
    settings_ = protocol::with_kept_settings(settings_, wanted, setting_changes_.kept());
  }
  // The settings are those of the log-in again (DISCARD ALL).
  void forget_settings() {
    settings_ = nullptr;
    may_lack_settings_ = false;
  }
  [[nodiscard]] bool has_own_error() const { return own_error_.has_value(); }
  // The error that answered a request of our own, once.
  [[nodiscard]] std::optional<protocol::ErrorFields> take_own_error();

  // What it has prepared. Requests are noted in here and in owed() before they are written.
  [[nodiscard]] protocol::ServerStatements& statements() { return statements_; }
  [[nodiscard]] const protocol::ServerStatements& statements() const { return statements_; }

  // Of the client's bytes sent in this lease, what may be sent again.
  [[nodiscard]] RepeatableBatch& repeatable() { return repeatable_; }

  // The words of the statements sent in this lease since the last probe, and what may be left behind by them.
  [[nodiscard]] protocol::StatementWords& words() { return words_; }
  [[nodiscard]] const protocol::StatementWords& words() const { return words_; }
  // A text has been read to its end. Whether it has to be noted.
  [[nodiscard]] bool has_telling_text() {
    words_.end_text();
    return words_.may_leave_state() || words_.may_name_settings() || words_.may_change_names() ||
           (words_.names_statements() && words_.names());
  }
  // `text`: the whole of it, with what else was read; empty where it is too large.
  void note_text(protocol::Bytes text);
  // Texts that run are remembered by their beginnings, a few, for who asks the server later what they have left.
  void remember_texts(bool on) { is_remembering_texts_ = on; }
  [[nodiscard]] bool is_remembering_texts() const { return is_remembering_texts_; }
  void remember_text(protocol::Bytes text);
  // They have run since the server was asked for all that may be left.
  [[nodiscard]] bool has_unasked_texts() const { return !unasked_texts_.empty(); }
  [[nodiscard]] std::vector<std::string> take_unasked_texts() { return std::exchange(unasked_texts_, {}); }
  // A FunctionCall goes out; `body`: its front.
  void note_function_call(protocol::Bytes body);
  // Values of sequences.
  [[nodiscard]] protocol::SequenceValues& sequence_values() { return sequence_values_; }
  // Puts a command in front of the batch's next bytes that takes them away; what comes is the session's.
  void discard_sequences(io::OutputBatch& batch, std::uint64_t session);
  // Whatever may be left, and these settings.
  void suspect_all(const protocol::SettingNames& settings);
  // Where the search path begins with the temporary schema, whatever is created may be temporary.
  void suspect_by_search_path() {
    if (setting_traits().creates_temporary_objects) left_state_.suspect(protocol::StateKind::TemporaryObject);
  }
  // Nothing to ask for: so it is nearly always.
  [[nodiscard]] bool has_nothing_left() const {
    return left_state_.is_empty() && !setting_traits().creates_temporary_objects && !may_lack_settings_;
  }
  // The last text of this lease that may have left something, without its values.
  [[nodiscard]] std::string pinning_statement() const;
  [[nodiscard]] protocol::LeftState& left_state() { return left_state_; }
  [[nodiscard]] const protocol::LeftState& left_state() const { return left_state_; }
  // What it listens to: as far as a probe has found, and as told since.
  [[nodiscard]] const protocol::Channels& channels() const { return channels_; }
  void set_channels(protocol::Channels channels) { channels_ = std::move(channels); }
  // Commands of our own, as one transaction; where the server refuses them the tenant hears of its own_error.
  void run(std::string_view commands, io::OutputBatch& batch);
  // Asks the server what is left of the session; nothing may be owed. `checks_settings`: that settings() are in force,
  // too, which are kept then. Its answer is a request of our own: when that has
  // come, left_state() and settings() are what it says, or all that was suspected is held.
  void begin_probe(io::OutputBatch& batch, bool checks_settings = false);
  [[nodiscard]] bool is_probing() const { return probe_.has_value(); }
  // Whether settings() are others than they were when the last probe was sent.
  [[nodiscard]] bool has_probe_changed_settings() const { return settings_ != settings_before_probe_; }

  [[nodiscard]] protocol::TransactionStatus status() const { return status_; }
  // The tenant got the beginning of a frame and not yet its end.
  [[nodiscard]] bool has_partial_reply() const { return is_frame_for_tenant_ && walker_.missing_bytes() > 0; }
  // A FATAL has come, to whomever: the end of the connection is behind it.
  [[nodiscard]] bool has_said_last_words() const { return has_said_last_words_; }
  // The tenant has got it.
  [[nodiscard]] bool has_told_fatal() const { return has_told_fatal_; }
  [[nodiscard]] std::optional<Busy> why_not_releasable(bool has_partial_request) const;

  // Asks the backend to cancel what it runs, and lets go of `hold` when that is over. One cancel at a time is in
  // flight: what is asked for meanwhile, or while settings are adopted, is one more, sent behind that if there is
  // something to cancel then.
  void cancel(cancel::CancelHold hold = {});
  [[nodiscard]] worker::TimePoint leased_at() const { return leased_at_; }
  [[nodiscard]] bool is_adopting() const { return is_adopting_; }
  [[nodiscard]] bool has_cancel_in_flight() const { return has_cancel_in_flight_; }
  // That clients have asked for: in flight, and behind that.
  [[nodiscard]] std::size_t cancel_count() const { return cancel_holds_.size(); }
  [[nodiscard]] std::size_t next_cancel_count() const { return next_cancel_holds_.size(); }

  // Ends the connection; the owner hears of it, the tenant does not.
  void close(std::string_view reason);
  // Closed, and the backend process may still be there.
  [[nodiscard]] bool is_leaving() const { return state_ == State::Closed && !has_stream_ended_; }

  // For the statistics: the SQLSTATEs of errors that the tenant got, since the last call.
  [[nodiscard]] bool has_errors() const { return !errors_.empty(); }
  [[nodiscard]] std::vector<std::string> take_errors() { return std::exchange(errors_, {}); }
  // What it runs for the tenant, and what the tenant's names stand for.
  [[nodiscard]] StatementRuns& runs() { return runs_; }
  [[nodiscard]] BoundStatements& bound() { return bound_; }
  // How long its log-in took.
  [[nodiscard]] worker::TimePoint::duration login_time() const { return login_time_; }
  void set_login_time(worker::TimePoint::duration time) { login_time_ = time; }
  [[nodiscard]] TransactionTimes& times() { return times_; }
  [[nodiscard]] PinTime& pin() { return pin_; }
  [[nodiscard]] const PinTime& pin() const { return pin_; }

 private:
  [[nodiscard]] std::size_t on_bytes(protocol::Bytes bytes) override;
  void on_drained() override;
  void on_end(io::StreamEnd end) override;
  void send_next_cancel();
  void go_on_cancelling();
  void on_cancel_done() override;

  [[nodiscard]] std::size_t take_replies(protocol::Bytes bytes);
  [[nodiscard]] std::size_t take_traced_replies(protocol::Bytes bytes);
  void note_written(io::OutputBatch& batch);
  [[nodiscard]] std::size_t take_plain_answers(protocol::Bytes bytes);
  // Whether the frame that starts here is for the tenant.
  bool take_frame_start(const protocol::Piece& piece);
  bool take_ready(const protocol::Piece& piece);
  // Whether the tenant gets it as it is.
  bool take_error(const protocol::Piece& piece, bool is_for_client);
  // `is_noted`: what its request does to settings is known.
  void take_command_tag(std::string_view tag, bool is_for_client, bool is_noted);
  void note_run_set(std::string_view tag);
  void note_sequences_discarded();
  void take_set_command(std::string_view text);
  void take_setting_changes();
  void note_own_sets(const protocol::SettingsMap& settings, const protocol::SettingsMap& local);
  void take_own_set();
  void append_own_set(const std::string& text, io::OutputBatch& batch);
  void read_setting_traits() const;
  [[nodiscard]] bool must_restore() const;
  void count_failed_runs(bool is_heard);
  // Whether the frame that brought them stands for another one, which the tenant has got.
  bool take_outcomes();
  // Whether the tenant gets it.
  [[nodiscard]] bool take_parameter(const protocol::Piece& piece, bool is_own);
  void take_probe_piece(const protocol::Piece& piece);
  void end_probe();
  void take_probed_settings();
  [[nodiscard]] bool has_settings_as_expected(const protocol::SettingsMap& found) const;
  void note_defaults(protocol::SettingsMap& settings) const;
  void lose(std::string_view reason);
  [[nodiscard]] bool are_last_words(const protocol::Piece& piece);
  void note_last_words(std::string_view sqlstate);
  void doubt();
  void leave();

  const ServerId id_;
  std::unique_ptr<io::Stream> stream_;
  std::unique_ptr<CancelTicket> cancel_ticket_;
  std::vector<cancel::CancelHold> cancel_holds_;       // of the one in flight
  std::vector<cancel::CancelHold> next_cancel_holds_;  // of the one behind it
  protocol::ReportedParameters parameters_;
  const std::string login_user_;
  const std::int32_t process_id_;
  const std::string address_;
  worker::Agenda* agenda_;
  ServerOwner* owner_;
  const worker::TimePoint connected_at_;
  worker::TimePoint idle_since_;
  worker::TimePoint leased_at_{};
  Standing standing_;

  State state_ = State::Idle;
  Tenant* tenant_ = nullptr;
  trace::ClientTrace* trace_ = nullptr;  // of the tenant; null nearly always
  protocol::FrameWalker walker_{protocol::server_frame_rules()};
  protocol::OwedReplies owed_;
  protocol::ServerStatements statements_;
  protocol::TransactionStatus status_ = protocol::TransactionStatus::Idle;
  protocol::SessionSettings settings_;
  mutable protocol::SettingTraits traits_;
  mutable protocol::SessionSettings traits_of_;
  protocol::SettingChanges setting_changes_;
  bool is_adopting_ = false;  // settings are on their way
  bool is_adoption_told_ = false;
  bool may_lack_settings_ = false;  // a RESET has come: some of them may be the log-in's again
  bool is_holding_reports_ = false;
  bool has_run_set_ = false;
  std::deque<protocol::SetCommand> own_sets_;  // sent by set_in_batch and set_in_transaction, and not run yet
  protocol::SessionSettings settings_before_;  // in force again where the server refuses the new ones
  RepeatableBatch repeatable_;
  protocol::StatementWords words_;
  protocol::LeftState left_state_;
  protocol::Channels channels_;
  protocol::SequenceValues sequence_values_;
  std::string telling_text_;  // its beginning
  std::vector<std::string> unasked_texts_;
  bool is_remembering_texts_ = false;
  protocol::SettingNames setting_names_;  // that texts of this lease may have set
  struct Probe {
    protocol::StateKinds asked;
    bool is_after_reset = false;  // of who knows which settings
    bool is_check = false;        // of the settings
    std::string row = {};
    protocol::ProbeAnswer answer = {};
    bool is_refused = false;
  };
  std::optional<Probe> probe_;  // under way
  protocol::SessionSettings settings_before_probe_;
  std::optional<protocol::ErrorFields> own_error_;
  std::optional<protocol::StatementNote> last_failed_;  // noted request that the error under way answers
  std::vector<std::string> errors_;
  StatementRuns runs_;
  BoundStatements bound_;
  TransactionTimes times_;
  PinTime pin_;
  worker::TimePoint::duration login_time_{};
  std::uint64_t position_ = 0;      // of the end of the frame under way, in all bytes received
  std::uint32_t failed_runs_ = 0;   // by the error under way
  std::uint32_t dropped_runs_ = 0;  // with them
  bool is_frame_for_tenant_ = false;
  bool has_told_fatal_ = false;
  bool has_said_last_words_ = false;
  bool tells_of_host_ = false;
  bool has_cancel_in_flight_ = false;
  bool has_stream_ended_ = false;
  worker::MethodTimer<ServerConnection, &ServerConnection::leave> leave_timer_{*this};
};

}  // namespace howdah::server
