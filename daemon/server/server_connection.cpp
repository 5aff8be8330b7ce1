#include "daemon/server/server_connection.h"

#include "daemon/trace/client_trace.h"
#include "protocol/database_commands.h"
#include "protocol/messages.h"
#include "protocol/sqlstate.h"
#include "protocol/statement_events.h"

namespace howdah::server {

using protocol::Bytes;
using protocol::OwedReplies;
using protocol::Piece;

namespace {

constexpr Bytes kParseComplete("1\0\0\0\4", protocol::kFrameHeaderBytes);

// So many errors are kept for the statistics until the tenant asks, at the end of what was read.
constexpr std::size_t kMostErrors = 10'000;

// A closed server whose backend does not end its side is given up after this.
constexpr auto kLongestLeave = std::chrono::seconds(5);

// It tells nothing but that its request has got so far.
bool is_plain_answer(char type, Bytes frame) {
  switch (type) {
    case 'D':
    case 'T':
    case 't':
    case 'n':
    case '1':
    case '2':
    case 'd':
      return true;
    case 'C':
      return protocol::counts_rows(frame.substr(0, frame.size() - 1));
    default:
      return false;
  }
}

// The tenant may get other bytes in the place of these: what stands before them is handed out first.
bool may_be_answered_otherwise(char type) {
  return type == 'Z' || type == '3' || type == 'E' || type == 'A';
}

// Its value says whether the server can write.
bool tells_of_writing(std::string_view parameter) {
  return parameter == "in_hot_standby" || parameter == "default_transaction_read_only";
}

// In the answer to a Describe.
bool tells_of_statement(char type) {
  return type == 't' || type == 'T' || type == 'n';
}

}  // namespace

ServerConnection::ServerConnection(ServerId id, LoggedIn logged_in, worker::Agenda& agenda, ServerOwner& owner)
    : id_(id),
      stream_(std::move(logged_in.stream)),
      cancel_ticket_(std::move(logged_in.cancel)),
      parameters_(std::move(logged_in.parameters)),
      login_user_(parameters_.value_of("session_authorization")),
      process_id_(logged_in.process_id),
      address_(std::move(logged_in.address)),
      agenda_(&agenda),
      owner_(&owner),
      connected_at_(agenda.now()),
      idle_since_(agenda.now()) {
  stream_->set_handler(*this);
}

ServerConnection::~ServerConnection() = default;

void ServerConnection::lease_to(Tenant& tenant, State state) {
  tenant_ = &tenant;
  is_holding_reports_ = false;
  if (!own_sets_.empty()) own_sets_.clear();
  if (parameters_.is_holding_back()) (void)parameters_.let_go();
  if (std::exchange(probe_, std::nullopt)) left_state_.fail_probe();
  state_ = state;
  leased_at_ = agenda_->now();
  next_cancel_holds_.clear();  // whoever asked has left
  errors_.clear();
  times_ = {};
  pin_ = {};
  runs_.begin_lease(position_);
  set_reading(true);
}

void ServerConnection::end_lease() {
  tenant_ = nullptr;
  state_ = State::Idle;
  set_reading(true);  // a slow client may have stopped it
  idle_since_ = agenda_->now();
  words_.reset();
  channels_.clear();
  setting_names_.clear();
  telling_text_.clear();
  repeatable_.forget();
  bound_.clear();
}

void ServerConnection::enter_worker(worker::Agenda& agenda, BackendConnector& connector, ServerOwner& owner) {
  agenda_ = &agenda;
  owner_ = &owner;
  connector.take_over(*stream_, *cancel_ticket_);
}

// What a session that is pinned for its own settings has made of them stays.
bool ServerConnection::must_restore() const {
  return may_lack_settings_ && !left_state_.has(protocol::StateKind::Settings);
}

bool ServerConnection::must_adopt(const protocol::SessionSettings& settings) const {
  return settings_ != settings || must_restore();
}

void ServerConnection::adopt_settings(const protocol::SessionSettings& settings, io::OutputBatch& batch,
                                      Adoption adoption) {
  if (!must_adopt(settings)) return;
  const auto command = must_restore() ? protocol::settings_restoring_command(settings_, settings)
                                      : protocol::settings_change_command(settings_, settings);
  may_lack_settings_ = may_lack_settings_ && !must_restore();
  settings_before_ = std::exchange(settings_, settings);
  if (command.empty()) return;
  is_adopting_ = true;
  is_adoption_told_ = adoption == Adoption::Told;
  run(adoption == Adoption::Plain ? command : protocol::guarded(command), batch);
}

void ServerConnection::run(std::string_view commands, io::OutputBatch& batch) {
  owed_.expect(protocol::Request::Query, protocol::Asker::Pooler);
  batch.own_written([commands](std::string& out) { protocol::append_query(out, commands); });
}

bool ServerConnection::is_changing_settings() const {
  return !setting_changes_.is_empty() || statements_.is_noted(protocol::StatementNote::Kind::Setting);
}

std::optional<protocol::ErrorFields> ServerConnection::take_own_error() {
  return std::exchange(own_error_, std::nullopt);
}

std::optional<Busy> ServerConnection::why_not_releasable(bool has_partial_request) const {
  return server::why_not_releasable({.owed = owed_,
                                     .status = status_,
                                     .state = left_state_,
                                     .has_partial_reply = walker_.missing_bytes() > 0,
                                     .has_partial_request = has_partial_request,
                                     .has_pending_output = stream_ && stream_->pending_bytes() > 0,
                                     .has_cancel_in_flight = has_cancel_in_flight_});
}

void ServerConnection::cancel(cancel::CancelHold hold) {
  if (state_ == State::Closed || !cancel_ticket_) return;
  next_cancel_holds_.push_back(std::move(hold));
  send_next_cancel();
}

// Never to settings that we have put in front: what follows would run without them, and so the connection would end.
void ServerConnection::send_next_cancel() {
  if (has_cancel_in_flight_ || is_adopting_ || next_cancel_holds_.empty()) return;
  cancel_holds_ = std::exchange(next_cancel_holds_, {});
  has_cancel_in_flight_ = true;
  cancel_ticket_->send(*this);
}

// Where there is still something to cancel.
void ServerConnection::go_on_cancelling() {
  if (tenant_ == nullptr || owed_.is_empty() || owed_.is_next_for_pooler()) next_cancel_holds_.clear();
  send_next_cancel();
}

void ServerConnection::on_cancel_done() {
  has_cancel_in_flight_ = false;
  cancel_holds_.clear();
  if (!is_adopting_) go_on_cancelling();
  if (has_cancel_in_flight_) return;
  if (tenant_ != nullptr) tenant_->on_progress();
}

void ServerConnection::close(std::string_view reason) {
  if (state_ == State::Closed) return;
  state_ = State::Closed;
  tenant_ = nullptr;
  cancel_holds_.clear();
  next_cancel_holds_.clear();
  if (!has_stream_ended_) {
    // Its process ends when it reads the end of file: until then it counts.
    stream_->set_reading(true);
    stream_->end_output();
    agenda_->arm_in(leave_timer_, kLongestLeave);
  }
  owner_->on_server_closed(*this, reason);
}

void ServerConnection::leave() {
  has_stream_ended_ = true;
  leave_timer_.disarm();
  owner_->on_server_gone(*this);
}

void ServerConnection::lose(std::string_view reason) {
  if (state_ == State::Closed) return;
  auto* tenant = tenant_;
  close(reason);
  if (tenant != nullptr) tenant->on_server_lost(has_told_fatal_);
}

std::size_t ServerConnection::on_bytes(Bytes bytes) {
  return trace_ == nullptr ? take_replies(bytes) : take_traced_replies(bytes);
}

// What is sent because of these bytes is told behind them. The lease may end with them.
std::size_t ServerConnection::take_traced_replies(Bytes bytes) {
  auto& trace = *trace_;
  trace.hold();
  const auto taken = take_replies(bytes);
  trace.let_go(trace::Way::FromServer, bytes.substr(0, taken));
  return taken;
}

void ServerConnection::note_written(io::OutputBatch& batch) {
  trace_->note(trace::Way::ToServer, batch);
}

std::size_t ServerConnection::take_replies(Bytes bytes) {
  if (state_ == State::Closed) return bytes.size();
  std::size_t done = 0;
  std::size_t run_start = 0;
  const auto position_before = position_;
  const auto hand_out = [&] {
    if (run_start < done && tenant_ != nullptr) tenant_->on_reply_bytes(bytes.substr(run_start, done - run_start));
  };
  while (true) {
    if (const auto plain_bytes = take_plain_answers(bytes.substr(done))) {
      done += plain_bytes;
      is_frame_for_tenant_ = true;
    }
    const auto next = walker_.peek(bytes.substr(done));
    if (!next) {
      hand_out();
      lose("protocol violation by the server");
      return bytes.size();
    }
    if (!*next) break;
    const auto& piece = **next;
    position_ = position_before + done + piece.bytes.size();
    if (piece.is_start) {
      if (may_be_answered_otherwise(piece.type)) {
        hand_out();
        run_start = done;
      }
      if (piece.type == 'E' && are_last_words(piece)) tenant_->on_progress();
      if (state_ == State::Closed) return bytes.size();
      const bool is_for_tenant = take_frame_start(piece);
      if (state_ == State::Closed) return bytes.size();
      if (!is_for_tenant) {
        hand_out();
        run_start = done + piece.bytes.size();
        runs_.leave_out(piece.bytes.size());
        take_probe_piece(piece);
      }
      is_frame_for_tenant_ = is_for_tenant;
    } else if (!is_frame_for_tenant_) {
      run_start = done + piece.bytes.size();
      runs_.leave_out(piece.bytes.size());
      take_probe_piece(piece);
    }
    walker_.advance(piece);
    done += piece.bytes.size();
  }
  position_ = position_before + done;
  hand_out();
  if (tenant_ != nullptr) tenant_->on_progress();
  return done;
}

// The whole answers at the front that are the client's as they are, and from which nobody here learns anything: most
// frames by far.
std::size_t ServerConnection::take_plain_answers(Bytes bytes) {
  if (tenant_ == nullptr) return 0;
  auto rest = bytes;
  // Runs of one statement are counted together.
  std::uint32_t ended = 0;
  std::uint64_t rows_of_ended = 0;
  std::size_t rest_behind_ended = 0;
  auto same = runs_.same_count();
  const auto count_ended = [&] {
    if (ended == 0) return;
    runs_.note_rows(std::exchange(rows_of_ended, 0));
    runs_.complete(position_ + bytes.size() - rest_behind_ended, agenda_->now(), std::exchange(ended, 0));
    same = runs_.same_count();
  };
  while (const auto size = walker_.whole_frame_bytes(rest)) {
    const char type = rest.front();
    const auto frame = rest.substr(0, size);
    if (!is_plain_answer(type, frame)) break;
    const auto step = owed_.take_plain_reply(type);
    if (step == OwedReplies::Step::None) break;
    rest.remove_prefix(size);
    if (type == 'C') {
      const auto rows = protocol::row_count(frame.substr(0, size - 1));
      if (step == OwedReplies::Step::Ends) {  // an Execute
        rows_of_ended += rows;
        rest_behind_ended = rest.size();
        if (++ended == same) count_ended();
      } else {  // a Query, which goes on
        count_ended();
        runs_.note_rows(rows);
      }
    }
    if (type == 'D' || type == 'd') rest.remove_prefix(walker_.run_bytes(type, rest));
  }
  count_ended();
  position_ += bytes.size() - rest.size();
  return bytes.size() - rest.size();
}

bool ServerConnection::take_frame_start(const Piece& piece) {
  const bool is_own = owed_.is_next_for_pooler();
  const bool is_noted = owed_.is_next_noted();
  switch (piece.type) {
    case 'S':
      return take_parameter(piece, is_own);
    case 'N':
      return !is_own;
    case 'A':  // of what the tenant listens to, whatever it comes with: others have left nothing
      if (tenant_ != nullptr && piece.is_end) tenant_->on_notification(piece.bytes);
      return false;
    case 'Z':
      return take_ready(piece);
    default:
      break;
  }
  if (tells_of_statement(piece.type) && piece.is_end && owed_.is_next_noted()) {
    statements_.note_described(piece.type, piece.body());
  }
  const auto verdict = owed_.on_reply(piece.type);
  if (verdict == OwedReplies::Verdict::Unexpected) {
    lose("reply that nothing asked for");
    return false;
  }
  const bool is_for_client = verdict == OwedReplies::Verdict::ForClient;
  last_failed_.reset();
  if (owed_.has_outcomes() && take_outcomes()) return false;
  if (piece.type == 'E') return take_error(piece, is_for_client);
  if (piece.type == 'C') {
    const auto tag = protocol::ByteReader(piece.body()).c_string();
    if (is_own && !own_sets_.empty() && tag == "SET") {
      take_own_set();
    } else if (tag) {
      take_command_tag(*tag, is_for_client, is_noted);
    }
  }
  return is_for_client;
}

bool ServerConnection::take_outcomes() {
  const auto outcomes = owed_.take_outcomes();
  for (auto left = outcomes.completed_runs; left > 0; --left) runs_.complete(position_, agenda_->now());
  failed_runs_ = outcomes.failed_runs;
  dropped_runs_ = outcomes.dropped_runs;
  bool is_replaced = false;
  if (outcomes.has_run_query) statements_.on_query_run();
  if (outcomes.has_run_own_query) statements_.on_own_query_run();
  for (auto left = outcomes.completed; left > 0; --left) {
    const auto note = statements_.complete();
    if (note.kind == protocol::StatementNote::Kind::Setting) take_set_command(note.name);
    if (tenant_ == nullptr) continue;
    tenant_->on_statement_answered(note);
    is_replaced = note.kind == protocol::StatementNote::Kind::ClientReuse;
  }
  if (outcomes.failed > 0) last_failed_ = statements_.fail();
  statements_.drop(outcomes.dropped);
  if (is_replaced) tenant_->on_reply_bytes(kParseComplete);
  return is_replaced;
}

void ServerConnection::take_command_tag(std::string_view tag, bool is_for_client, bool is_noted) {
  if (is_for_client) runs_.note_rows(protocol::row_count(tag));
  if (is_holding_reports_) note_run_set(tag);
  if (is_noted && (tag == "SET" || tag == "RESET")) return;
  setting_changes_.on_tag(tag);
  const auto before = left_state_;
  protocol::note_command_tag(tag, words_, left_state_);
  if (tag == "DISCARD ALL") {
    forget_settings();
    // What was sent behind it has been noted already, and is not undone by it.
    owed_.size() > 1 ? void(left_state_ = before) : setting_names_.clear();
    note_sequences_discarded();
  }
  if (tag == "DISCARD SEQUENCES") {
    if (owed_.size() > 1) left_state_ = before;
    note_sequences_discarded();
  }
  if (tag == "RESET") may_lack_settings_ = true;
  // To a savepoint or to its end: the ReadyForQuery will tell.
  if (tag == "ROLLBACK" && status_ == protocol::TransactionStatus::Failed) {
    status_ = protocol::TransactionStatus::InTransaction;
  }
  if (tag == "DISCARD ALL" || tag == "DEALLOCATE ALL") statements_.clear();
  if (is_for_client && tenant_ != nullptr && protocol::tells_of_statements(tag)) tenant_->on_command_tag(tag);
}

// PostgreSQL's RESET ALL leaves out what a SET LOCAL of the same transaction has put to its default.
void ServerConnection::take_set_command(std::string_view text) {
  auto command = protocol::read_set_command(text);
  if (!command) return;
  if (command->kind == protocol::SetCommand::Kind::ResetAll && words_.has_local_set()) {
    left_state_.suspect(protocol::StateKind::Settings);
  }
  setting_changes_.on_command(std::move(*command));
}

void ServerConnection::take_setting_changes() {
  if (setting_changes_.is_empty()) return;
  auto changed = setting_changes_.apply(settings_, parameters_);
  if (changed) {
    settings_ = std::move(*changed);
  } else {
    left_state_.suspect(protocol::StateKind::Settings);
  }
}

bool ServerConnection::take_ready(const Piece& piece) {
  const auto verdict = owed_.on_reply('Z');
  if (verdict == OwedReplies::Verdict::Unexpected || piece.body().size() != 1 ||
      !protocol::is_transaction_status(piece.body().front())) {
    lose("ReadyForQuery that nothing asked for");
    return false;
  }
  status_ = static_cast<protocol::TransactionStatus>(piece.body().front());
  if (owed_.has_outcomes()) (void)take_outcomes();
  const bool is_own = verdict == OwedReplies::Verdict::LeaveOut;
  if (!own_sets_.empty() && (!is_own || owed_.is_empty())) own_sets_.clear();
  setting_changes_.on_ready(status_);
  if (status_ == protocol::TransactionStatus::Idle) {
    take_setting_changes();
    parameters_.forget_changes();
  }
  if (is_own) {
    is_adoption_told_ = false;
    if (std::exchange(is_adopting_, false)) go_on_cancelling();
    end_probe();
  }
  if (is_own || tenant_ == nullptr) return false;
  if (is_holding_reports_) parameters_.hold_back();
  const bool is_passed_on = tenant_->on_ready_for_query(status_);
  setting_changes_.forget_kept();
  return is_passed_on;
}

bool ServerConnection::take_error(const Piece& piece, bool is_for_client) {
  const auto fields = protocol::read_error(piece.body());
  setting_changes_.on_error();
  if (fields.severity == protocol::Severity::Fatal) note_last_words(fields.sqlstate);
  if (tenant_ == nullptr) {
    lose("idle server said: " + fields.message);
    return false;
  }
  if (fields.sqlstate == protocol::sqlstate::kReadOnlySqlTransaction) doubt();
  if (!is_for_client) {
    // What SQL text only seemed to need is no harm: where it does need it, the server says so.
    if (last_failed_ && last_failed_->kind == protocol::StatementNote::Kind::VisibleParse) return false;
    if (probe_) {
      probe_->is_refused = true;
      return false;
    }
    own_error_ = fields;
    settings_ = settings_before_;
    may_lack_settings_ = true;
    return false;
  }
  has_told_fatal_ = has_told_fatal_ || fields.severity == protocol::Severity::Fatal;
  const bool is_telling = protocol::tells_of_statements(fields) || protocol::is_database_in_use(fields);
  const bool is_passed_on = !piece.is_end || !is_telling;
  const bool is_heard = is_passed_on || tenant_->on_statement_error(piece.bytes, last_failed_);
  if (is_heard && errors_.size() < kMostErrors) errors_.push_back(fields.sqlstate);
  count_failed_runs(is_heard);
  return is_passed_on;
}

// A FATAL in answer to nothing, behind the end of a transaction: whoever gives the server back then hears nothing of
// it.
bool ServerConnection::are_last_words(const Piece& piece) {
  if (tenant_ == nullptr || !owed_.is_settled() || status_ != protocol::TransactionStatus::Idle) return false;
  const auto fields = protocol::read_error(piece.body());
  if (fields.severity != protocol::Severity::Fatal) return false;
  note_last_words(fields.sqlstate);
  return true;
}

// Of a server that is ended for its own sake, by a limit of time or with its database, nothing follows for others.
void ServerConnection::note_last_words(std::string_view sqlstate) {
  has_said_last_words_ = true;
  tells_of_host_ = sqlstate == protocol::sqlstate::kAdminShutdown || sqlstate == protocol::sqlstate::kCrashShutdown ||
                   sqlstate == protocol::sqlstate::kCannotConnectNow;
}

void ServerConnection::doubt() {
  standing_.doubts = Standing::kOwnDoubt;
  if (state_ == State::Idle) owner_->on_server_doubted(*this);
}

// What the tenant does not hear of is run once more.
void ServerConnection::count_failed_runs(bool is_heard) {
  if (is_heard && failed_runs_ > 0) {
    runs_.fail(position_, agenda_->now());
    --failed_runs_;
  }
  runs_.drop(failed_runs_ + dropped_runs_);
  failed_runs_ = dropped_runs_ = 0;
}

bool ServerConnection::take_parameter(const Piece& piece, bool is_own) {
  const bool is_held = is_holding_reports_ && (!is_own || parameters_.is_holding_back());
  if (is_held) parameters_.hold_back();
  protocol::ByteReader reader(piece.body());
  const auto name = reader.c_string();
  const auto value = reader.c_string();
  if (name && value) {
    if (tells_of_writing(*name)) doubt();
    parameters_.note(*name, *value);
  }
  return !is_held && (!is_own || is_adoption_told_);
}

void ServerConnection::on_drained() {
  if (tenant_ != nullptr) tenant_->on_server_drained();
}

void ServerConnection::on_end(io::StreamEnd end) {
  if (is_leaving()) return leave();
  has_stream_ended_ = true;
  tells_of_host_ = tells_of_host_ || !has_said_last_words_;
  lose(end == io::StreamEnd::EndOfFile ? "closed by the server" : "connection failed");
}

}  // namespace howdah::server
