// lastval() and currval(): a session reads its own values of sequences, or PostgreSQL's error that there are none yet.
// As long as nobody in the database reads any, nothing is done for it; from then on a session keeps the server on which
// it may have called nextval.
#include "daemon/client/session.h"
#include "protocol/telling_names.h"

namespace howdah::client {

using protocol::TransactionStatus;

void Session::note_sequence_user(bool is_same_server) {
  auto& values = server_->sequence_values();
  if (!is_same_server) values.note_return(id_);
  if (!pool_->catalog().reads_sequences()) values.note_user(id_);
}

// At the beginning of a transaction. In session mode nobody else reads its texts.
void Session::protect_from_sequence_values() {
  const auto& names = server_->words().names();
  const bool is_reading = names && names->tells_of_sequences();
  if (mode_ == config::PoolMode::Session || is_reading) server_->discard_sequences(environment_.requests, id_);
}

// A text that reads such values is about to go out, maybe the first one; or one that is too large to be here as a
// whole, and may.
void Session::note_sequence_reader(const protocol::Piece& piece) {
  const bool is_ignored = rules_->state.sequence_values == config::SequencePolicy::Ignore;
  if (mode_ == config::PoolMode::Session || is_ignored) return;
  if (piece.is_end || server_->words().reads_sequences()) (void)pool_->catalog().note_sequence_reader();
  const auto& owed = server_->owed();
  if (!server_->sequence_values().may_mislead(id_) || owed.is_skipping() || owed.is_copy_in()) return;
  const bool is_failed = owed.is_settled() && server_->status() == TransactionStatus::Failed;
  if (is_failed && piece.is_end && !piece.body().contains(';')) return;  // it is refused
  server_->discard_sequences(environment_.requests, id_);
}

}  // namespace howdah::client
