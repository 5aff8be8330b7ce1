#include "daemon/server/fitness_check.h"

#include "daemon/io/output_batch.h"
#include "protocol/messages.h"

namespace howdah::server {

namespace {

// Waiters wait for it, so that it has less time than other questions.
constexpr auto kLongest = std::chrono::seconds(3);

// What a session has set for itself is no matter: what it would have after a RESET is.
constexpr std::string_view kQuestion =
    "SELECT pg_catalog.pg_is_in_recovery()::pg_catalog.text OPERATOR(pg_catalog.||) ' ' OPERATOR(pg_catalog.||) "
    "(SELECT reset_val FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) 'default_transaction_read_only')";

}  // namespace

FitnessCheck::FitnessCheck(ServerConnection& server, worker::Agenda& agenda, WantedServer wanted,
                           FitnessCheckOwner& owner)
    : server_(server), agenda_(agenda), wanted_(wanted), owner_(owner) {}

void FitnessCheck::begin(Standing standing) {
  standing_ = standing;
  was_doubted_alone_ = server_.standing().doubts == Standing::kOwnDoubt;
  is_first_ = was_doubted_alone_ || server_.standing() == standing;
  server_.lease_to(*this, ServerConnection::State::Cleaning);
  agenda_.arm_in(timer_, kLongest);
  io::OutputBatch batch;
  if (wanted_ == WantedServer::Any) {
    server_.owed().expect(protocol::Request::Sync);
    batch.own_written([](std::string& out) { protocol::append_sync(out); });
  } else {
    server_.owed().expect(protocol::Request::Query);
    batch.own_written([](std::string& out) { protocol::append_query(out, kQuestion); });
  }
  server_.write(batch);
}

void FitnessCheck::on_reply_bytes(protocol::Bytes bytes) {
  while (!bytes.empty()) {
    const auto next = walker_.peek(bytes);
    if (!next || !*next) return;  // the server's own walker has seen whole frames
    const auto& piece = **next;
    if (piece.is_start) row_.clear();
    if (piece.type == 'D') row_.append(piece.body());
    if (piece.type == 'D' && piece.is_end) judge(row_);
    walker_.advance(piece);
    bytes.remove_prefix(piece.bytes.size());
  }
}

// One column: "false off".
void FitnessCheck::judge(protocol::Bytes row) {
  constexpr std::size_t kHeaderBytes = 6;  // the number of columns, and the length of the first one
  if (row.size() < kHeaderBytes) return;
  const auto told = row.substr(kHeaderBytes);
  const auto space = told.find(' ');
  if (space == protocol::Bytes::npos) return;
  const ServerCondition condition{.is_in_recovery = told.substr(0, space) == "true",
                                  .is_read_only = told.substr(space + 1) == "on"};
  finding_ = is_fit(wanted_, condition) ? Finding::Fit : Finding::Unfit;
}

void FitnessCheck::on_progress() {
  if (!server_.owed().is_settled()) return;
  if (wanted_ == WantedServer::Any) finding_ = Finding::Fit;
  end();
}

void FitnessCheck::end() {
  timer_.disarm();
  if (server_.state() == ServerConnection::State::Cleaning && server_.tenant() == this) server_.end_lease();
  owner_.on_fitness_checked(*this);
}

void FitnessCheck::on_time_up() {
  server_.close("does not answer");
  end();
}

}  // namespace howdah::server
