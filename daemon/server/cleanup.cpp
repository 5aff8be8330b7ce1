#include "daemon/server/cleanup.h"

#include "protocol/messages.h"
#include "protocol/statement_messages.h"

namespace howdah::server {

using protocol::Asker;
using protocol::Bytes;
using protocol::Request;
using protocol::TransactionStatus;

namespace {

// More than this is not worth sending only to end a message that its client left.
constexpr std::uint32_t kMostPaddingBytes = 256 * 1024;

}  // namespace

Cleanup::Cleanup(ServerConnection& server, worker::Agenda& agenda, CleanupOwner& owner,
                 const config::PoolSettings& settings)
    : server_(server), owner_(owner), agenda_(agenda), settings_(settings), bytes_left_(settings.cleanup_bytes) {}

void Cleanup::begin(const Abandoned& abandoned) {
  is_discard_wanted_ = abandoned.is_discard_wanted;
  const bool is_request_running = !server_.owed().is_empty() && !server_.owed().is_copy_in();
  server_.lease_to(*this, ServerConnection::State::Cleaning);
  server_.set_reading(true);
  agenda_.arm_in(timer_, settings_.cleanup_timeout);
  if (!complete_request(abandoned)) return give_up("client lost in the middle of a message");
  end_batch();
  if (!batch_.is_empty()) server_.write(batch_);
  if (is_request_running && abandoned.is_cancel_wanted) server_.cancel();
  on_progress();
}

// Only COPY data can be completed: whatever is in it, the CopyFail behind it undoes it.
bool Cleanup::complete_request(const Abandoned& abandoned) {
  if (abandoned.partial_request_bytes == 0) return true;
  if (abandoned.partial_request_type != 'd' || abandoned.partial_request_bytes > kMostPaddingBytes) return false;
  batch_.own(std::string(abandoned.partial_request_bytes, '\n'));
  return true;
}

void Cleanup::end_batch() {
  auto& owed = server_.owed();
  if (owed.is_copy_in()) {
    owed.expect(Request::CopyEnd, Asker::Pooler);
    batch_.own_written([](std::string& out) { protocol::append_copy_fail(out, "client connection lost"); });
  }
  if (owed.is_unsynced()) {
    if (!owed.is_skipping()) roll_batch_back();
    owed.expect(Request::Sync, Asker::Pooler);
    batch_.own_written([](std::string& out) { protocol::append_sync(out); });
  }
}

// A Sync alone would commit what the batch has done so far, which its client never asked for.
void Cleanup::roll_batch_back() {
  auto& owed = server_.owed();
  const auto batch = owed.batch();
  if (owed.expect(Request::Parse, Asker::Pooler, true)) {
    server_.statements().note(
        {.kind = protocol::StatementNote::Kind::UnnamedParse, .batch = batch, .unnamed = protocol::kNobodysUnnamed});
  }
  owed.expect(Request::Bind, Asker::Pooler);
  owed.expect(Request::Execute, Asker::Pooler);
  batch_.own_written([](std::string& out) {
    protocol::append_parse(out, "", Bytes("ROLLBACK\0\0\0", 11));
    protocol::append_bind(out, "", "");
    protocol::append_execute(out, "");
  });
}

void Cleanup::on_reply_bytes(protocol::Bytes bytes) {
  bytes_left_ -= static_cast<std::int64_t>(bytes.size());
}

bool Cleanup::on_ready_for_query(TransactionStatus /*status*/) {
  return false;
}

void Cleanup::on_progress() {
  if (server_.state() == ServerConnection::State::Closed) return;
  if (bytes_left_ < 0) return give_up("too many bytes left to read");
  if (server_.take_own_error()) return give_up("refused to be made clean");
  if (server_.owed().is_doubtful()) return give_up("state in doubt after COPY");
  if (!server_.owed().is_settled()) {
    end_batch();  // a copy-in may have begun only now
    if (!batch_.is_empty()) server_.write(batch_);
    return;
  }
  if (server_.has_cancel_in_flight()) return;  // it could hit what we send next
  if (server_.status() != TransactionStatus::Idle) {
    if (is_rolled_back_) return give_up("transaction did not end");
    is_rolled_back_ = true;
    return run("ROLLBACK");
  }
  // Asked only now: an answer that came during the clean-up may have told of state.
  const bool has_client_s_names = !server_.statements().visible_names().empty();
  if (is_discard_wanted_ || has_client_s_names || !server_.left_state().is_empty()) {
    if (settings_.state.close_instead_of_reset) return give_up("closed instead of reset");
    is_discard_wanted_ = false;
    server_.left_state().discard_all();
    if (!server_.left_state().is_empty()) return give_up("holds what only its end undoes");
    return run("DISCARD ALL");
  }
  if (server_.setting_traits().is_hasty) {  // the next client's own settings would be in danger
    server_.adopt_settings(nullptr, batch_, ServerConnection::Adoption::Guarded);
    return server_.write(batch_);
  }
  if (server_.why_not_releasable(false)) return;  // a cancel in flight, say: its end brings us back
  timer_.disarm();
  server_.end_lease();
  owner_.on_cleanup_done(*this);
}

void Cleanup::run(std::string_view command) {
  server_.owed().expect(Request::Query, Asker::Pooler);
  batch_.own_written([&](std::string& out) { protocol::append_query(out, command); });
  server_.write(batch_);
}

void Cleanup::on_server_lost(bool /*was_told*/) {
  timer_.disarm();
  owner_.on_cleanup_done(*this);
}

void Cleanup::give_up(std::string_view reason) {
  timer_.disarm();
  server_.close(reason);
  owner_.on_cleanup_done(*this);
}

}  // namespace howdah::server
