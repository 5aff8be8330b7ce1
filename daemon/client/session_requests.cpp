// The way of a request: from the client's bytes to a lease and on to the server.
#include <fmt/format.h>

#include "daemon/client/session.h"
#include "protocol/messages.h"
#include "protocol/sequence_functions.h"
#include "protocol/sqlstate.h"
#include "protocol/statement_messages.h"
#include "protocol/traceless_text.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::Piece;
using protocol::Request;
using protocol::Severity;
using protocol::TransactionStatus;

namespace {

// So many ReadyForQuery may be owed; the server sends each as soon as it can, so that holding the rest back
// ends.
constexpr std::size_t kMostReadyOwed = 1000;
// After so many messages without a Sync or Flush we flush by ourselves, so that memory for owed replies is
// bounded.
constexpr std::size_t kMostUnflushed = 4096;
constexpr std::size_t kMostEntriesOwed = 4 * kMostUnflushed;

bool is_copy_message(char type) {
  return type == 'd' || type == 'c' || type == 'f';
}

bool has_text(char type) {
  return type == 'Q' || type == 'P';
}

bool concerns_statements(char type) {
  return has_text(type) || type == 'B' || type == 'D' || type == 'C';
}

bool is_one_message_request(char type) {
  return type == 'Q' || type == 'F';
}

bool has_body(const Piece& piece) {
  return !piece.is_end || piece.bytes.size() > protocol::kFrameHeaderBytes;
}

}  // namespace

bool Session::has_partial_request() const {
  return is_forwarding_ && walker_.missing_bytes() > 0;
}

std::size_t Session::take_requests(Bytes bytes) {
  std::size_t done = 0;
  is_holding_ = false;
  while (state_ != State::Ended && !is_ending_) {
    done += pass_plain_requests(bytes.substr(done));
    const auto next = walker_.peek(bytes.substr(done));
    if (!next) {
      refuse_frame(next.error(), bytes[done]);
      return bytes.size();
    }
    if (!*next) break;
    const auto& piece = **next;
    if (piece.is_start) {
      const auto way = begin_frame(piece, bytes.substr(done + piece.bytes.size()));
      if (state_ == State::Ended || is_ending_) return bytes.size();
      if (way == Way::Hold) break;
      is_forwarding_ = way == Way::Forward;
    }
    if (is_forwarding_) {
      environment_.requests.pass(piece.bytes.substr(std::exchange(replaced_bytes_, 0)));
      server_->repeatable().pass(piece);
      if (!piece.is_start && has_text(piece.type)) server_->words().feed(piece.body());
    }
    walker_.advance(piece);
    done += piece.bytes.size();
    if (!piece.is_end) continue;
    end_frame(piece);
    if (piece.type == 'd') done += take_copy_data(bytes.substr(done));
  }
  send_requests();
  send_replies();
  end_if_all_is_answered();
  return done;
}

// What has happened to one row of a COPY happens to those behind it.
std::size_t Session::take_copy_data(Bytes bytes) {
  if (state_ == State::Ended || is_ending_) return 0;
  const auto size = walker_.run_bytes('d', bytes);
  if (is_forwarding_) environment_.requests.pass(bytes.substr(0, size));
  return size;
}

Session::Way Session::begin_frame(const Piece& piece, Bytes behind) {
  if (piece.type == 'X') {
    has_said_goodbye_ = true;
    end_after_replies("closed by the client");
    return Way::Drop;
  }
  if (state_ == State::Skipping) return Way::Drop;
  return server_ == nullptr ? begin_without_lease(piece, behind) : begin_with_lease(piece, behind);
}

// What needs no server is answered at once; COPY data that comes too late is dropped, as PostgreSQL does.
Session::Way Session::begin_without_lease(const Piece& piece, Bytes behind) {
  if (is_leaving_ && !is_bound_here()) {
    is_holding_ = true;
    owner_.on_movable(*this);
    return Way::Hold;
  }
  if (stream_->pending_bytes() > 0) {  // who does not read his answers gets no more of them
    is_holding_ = true;
    return Way::Hold;
  }
  if (is_copy_message(piece.type)) return Way::Drop;
  if (piece.type == 'S' && !has_body(piece)) {
    environment_.replies.own_written(
        [this](std::string& out) { protocol::append_ready_for_query(out, begin_.status()); });
    return Way::Drop;
  }
  if (piece.type == 'H' && !has_body(piece)) return Way::Drop;
  if (is_answered_without_server(piece)) return Way::Drop;
  return acquire(piece, behind);
}

Session::Way Session::acquire(const Piece& piece, Bytes behind) {
  if (mode_ == config::PoolMode::Statement && piece.type == 'Q') {
    protocol::StatementWords words;
    words.begin_text();
    words.feed(piece.body());
    words.end_text();
    if (words.starts_transaction()) {
      refuse_request('Q', protocol::make_error(Severity::Error, protocol::sqlstate::kFeatureNotSupported,
                                               "transaction blocks are not allowed in pool mode \"statement\""));
      return Way::Drop;
    }
  }
  send_replies();  // answers made up for this client go out before those of a server
  held_type_ = piece.type;
  auto* server = pool_->acquire(*this, last_server_);
  if (server == nullptr) {
    enter(State::Waiting);
    return Way::Hold;
  }
  begin_lease(*server);
  return begin_with_lease(piece, behind);
}

Session::Way Session::begin_with_lease(const Piece& piece, Bytes behind) {
  auto& owed = server_->owed();
  if (repeat_ == Repeat::Due || repeat_ == Repeat::Waiting || server_->is_probing() || is_moving_channels()) {
    is_holding_ = true;
    return Way::Hold;
  }
  if (owed.ready_count() >= kMostReadyOwed || owed.size() >= kMostEntriesOwed) {
    is_holding_ = true;
    return Way::Hold;
  }
  if (is_copy_message(piece.type)) {
    if (piece.type != 'd') owed.expect(Request::CopyEnd);
    return Way::Forward;
  }
  if (piece.type == 'H' && !has_body(piece)) {
    owed.note_flush();
    return Way::Forward;
  }
  if (must_let_others_in() || is_behind_reset() || (ear_ && must_wait_for_channels(piece, behind))) {
    is_holding_ = true;
    return Way::Hold;
  }
  const bool is_at_rest = owed.is_settled() && server_->status() == TransactionStatus::Idle;
  const bool is_alone = is_at_rest && !begin_.is_open() && repeat_ == Repeat::None;
  if (is_at_rest) prepare_transaction();
  if (!rules_->policies.rejected.is_empty()) {
    const auto refused = refused_in(piece);
    if (!refused.is_empty()) return begin_refused(refused, piece, behind);
  }
  return begin_request(piece, behind, is_alone);
}

// What goes in front of the first request of a transaction.
void Session::prepare_transaction() {
  if (server_->sequence_values().may_mislead(id_)) protect_from_sequence_values();
  server_->adopt_settings(settings_, environment_.requests, server::ServerConnection::Adoption::Guarded);
  if (begin_.is_open()) {
    begin_.put_in_front(*server_, environment_.requests);
  } else {
    transaction_since_ = environment_.agenda.now();
  }
}

// A pipeline without an end would keep the server from those who wait for it, and its client from going on with another
// process: what may be the end of a transaction is waited for.
bool Session::must_let_others_in() const {
  const auto& owed = server_->owed();
  const bool is_end_wanted = pool_->is_anybody_waiting() || is_leaving_;
  return mode_ != config::PoolMode::Session && is_end_wanted && owed.ready_count() > 0 && !owed.is_unsynced() &&
         !owed.is_copy_in();
}

Session::Way Session::begin_request(const Piece& piece, Bytes behind, bool is_alone) {
  if (has_text(piece.type)) {
    server_->words().begin_text();
    server_->words().feed(piece.body());
    if (server_->words().reads_sequences() || !piece.is_end) note_sequence_reader(piece);
  }
  if (piece.type == 'F' && protocol::reads_sequence_value(piece.body())) note_sequence_reader(piece);
  if (piece.type == 'F') server_->note_function_call(piece.body());
  if (must_wait_for_reset(piece)) {
    is_holding_ = true;
    return Way::Hold;
  }
  note_traces(piece);
  auto& owed = server_->owed();
  // What the server will drop, or break the connection over, goes to it as it is.
  const bool is_read_by_server = !owed.is_skipping() && !owed.is_copy_in();
  const bool is_database_command = is_alone && server_->words().names_database() && may_need_database_alone(piece);
  bool is_repeatable = is_database_command;
  if (statements_ && is_read_by_server && piece.type == 'E') {
    statements_->begin_execute(piece, *server_);
  } else if (!statements_ || !is_read_by_server || !concerns_statements(piece.type)) {
    owed.expect(protocol::request_of(piece.type));
  } else {
    const auto translation = statements_->begin_frame(piece, behind, *server_, environment_.requests);
    is_holding_ = translation.is_held;
    replaced_bytes_ = translation.replaced_bytes;
    if (is_holding_) return Way::Hold;
    is_repeatable = is_repeatable || (is_alone && translation.is_repeatable);
  }
  if (is_read_by_server && server_->runs().is_following()) follow(piece);
  if (is_repeatable) server_->repeatable().begin(is_database_command);
  if (!request_since_) note_request_begun();
  if ((piece.type == 'Q' || piece.type == 'E') && repeat_ == Repeat::None) ++pool_->totals().queries;
  return Way::Forward;
}

// A Query that leaves nothing destroys the unnamed statement, too; all other messages may leave one, or more.
void Session::note_traces(const Piece& piece) {
  if (may_have_left_traces_ || mode_ != config::PoolMode::Session || piece.type == 'S') return;
  const auto text = piece.type == 'Q' && piece.is_end ? protocol::ByteReader(piece.body()).c_string() : std::nullopt;
  may_have_left_traces_ = !text || !protocol::leaves_no_trace(*text);
}

void Session::note_request_begun() {
  request_since_ = since_ = environment_.agenda.now();
  is_query_cancelled_ = false;
  has_run_since_probe_ = true;
  arm_deadline();
}

void Session::end_frame(const Piece& piece) {
  if (state_ == State::Skipping && piece.type == skip_until_) {
    environment_.replies.own_written(
        [this](std::string& out) { protocol::append_ready_for_query(out, begin_.status()); });
    enter(State::Idle);
    if (is_draining_) drain();
    return;
  }
  if (!is_forwarding_) return;
  if (has_text(piece.type) && piece.is_start && server_->is_remembering_texts()) {
    server_->remember_text(protocol::request_text(piece.type, piece.body()));
  }
  if (has_text(piece.type) && server_->has_telling_text()) {
    const auto text = piece.is_start ? protocol::request_text(piece.type, piece.body()) : Bytes{};
    server_->note_text(text);
    note_names_changing(text);
  }
  if (piece.type == 'E' && reset_ && statements_) restore_in_batch();
  const bool is_long_text = has_text(piece.type) && !piece.is_start;
  if (is_long_text && server_->words().reads_sequences()) note_sequence_reader(piece);
  auto& owed = server_->owed();
  if (owed.unflushed_count() >= kMostUnflushed) {
    owed.note_flush();
    environment_.requests.own_written([](std::string& out) { protocol::append_flush(out); });
  }
}

// The request at the front of the stream fails by our word: one message that owes a ReadyForQuery, or all up
// to a Sync.
void Session::refuse_request(char type, const protocol::ErrorFields& error) {
  environment_.replies.own_written([&](std::string& out) { protocol::append_error(out, error); });
  if (pool_ != nullptr) pool_->figures().note_error(error.sqlstate);
  if (begin_.is_open()) begin_.fail();
  skip_until_ = is_one_message_request(type) ? type : 'S';
  enter(State::Skipping);
}

void Session::send_requests() {
  auto& batch = environment_.requests;
  if (batch.is_empty()) return;
  if (server_ == nullptr) return batch.clear();
  pool_->totals().client_bytes_received += batch.size_bytes();
  server_->write(batch);
  // A server that takes no more makes the client wait, not our memory grow.
  if (server_->pending_bytes() > 0) stream_->set_reading(false);
}

void Session::refuse_frame(protocol::FrameError error, char type) {
  if (error == protocol::FrameError::InvalidLength) return end_after_replies("invalid message length");
  if (server_ != nullptr && server_->owed().is_copy_in()) return refuse_frame_in_copy(type);
  const auto number = std::to_string(static_cast<unsigned char>(type));
  end_after_replies("invalid message type",
                    protocol::make_error(Severity::Fatal, protocol::sqlstate::kProtocolViolation,
                                         "invalid frontend message type " + number));
}

void Session::refuse_frame_in_copy(char type) {
  environment_.replies.own_written([type](std::string& out) {
    protocol::append_error(out,
                           protocol::make_error(Severity::Error, protocol::sqlstate::kProtocolViolation,
                                                fmt::format("unexpected message type 0x{:02X} during COPY from stdin",
                                                            static_cast<unsigned char>(type))));
  });
  end_after_replies("invalid message type",
                    protocol::make_error(Severity::Fatal, protocol::sqlstate::kProtocolViolation,
                                         "terminating connection because protocol synchronization was lost"));
}

}  // namespace howdah::client
