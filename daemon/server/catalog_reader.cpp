#include "daemon/server/catalog_reader.h"

#include <utility>

#include "protocol/error_fields.h"
#include "protocol/messages.h"

namespace howdah::server {

namespace {

constexpr auto kLongest = std::chrono::seconds(30);

}  // namespace

CatalogReader::CatalogReader(ServerConnection& server, Environment environment, CatalogReaderOwner& owner,
                             std::optional<std::uint64_t> known)
    : server_(server),
      environment_(environment),
      owner_(owner),
      known_(known),
      ticket_(std::make_shared<CatalogReader*>(this)) {}

CatalogReader::~CatalogReader() {
  *ticket_ = nullptr;
}

void CatalogReader::begin() {
  server_.lease_to(*this, ServerConnection::State::Cleaning);
  environment_.agenda.arm_in(timer_, kLongest);
  server_.owed().expect(protocol::Request::Query);
  io::OutputBatch batch;
  batch.own_written([](std::string& out) { protocol::append_query(out, protocol::catalog_query()); });
  server_.write(batch);
}

void CatalogReader::on_reply_bytes(protocol::Bytes bytes) {
  while (!bytes.empty()) {
    const auto next = walker_.peek(bytes);
    if (!next || !*next) return;  // the server's own walker has seen whole frames
    take(**next);
    walker_.advance(**next);
    bytes.remove_prefix((*next)->bytes.size());
  }
}

void CatalogReader::take(const protocol::Piece& piece) {
  if (piece.is_start) row_.clear();
  if (piece.type == 'D' || piece.type == 'E') row_.append(piece.body());
  if (!piece.is_end) return;
  if (piece.type == 'D') reading_->take_row(row_);
  if (piece.type == 'E') error_ = protocol::read_error(row_).message;
}

void CatalogReader::on_progress() {
  if (is_interpreting_ || !server_.owed().is_settled()) return;
  if (error_.empty() && reading_->is_bad()) error_ = "an answer that makes no sense";
  if (error_.empty() && reading_->is_too_large()) error_ = "more functions and views than can be read";
  if (!error_.empty() || reading_->digest() == known_) return end();
  interpret();
}

void CatalogReader::interpret() {
  is_interpreting_ = true;
  const auto work = [reading = reading_, ticket = ticket_, &mailbox = environment_.mailbox] {
    auto found = std::make_shared<protocol::CatalogReading::Telling>(reading->telling());
    mailbox.post([ticket, found] {
      if (*ticket == nullptr) return;
      (*ticket)->found_ = std::move(*found);
      (*ticket)->end();
    });
  };
  if (environment_.threads.submit(work)) return;
  found_ = reading_->telling();
  end();
}

void CatalogReader::end() {
  timer_.disarm();
  *std::exchange(ticket_, std::make_shared<CatalogReader*>(nullptr)) = nullptr;
  if (server_.state() == ServerConnection::State::Cleaning && server_.tenant() == this) server_.end_lease();
  owner_.on_catalog_read(*this);
}

void CatalogReader::on_server_lost(bool /*was_told*/) {
  if (!found_) error_ = "server connection lost";
  end();
}

void CatalogReader::on_time_up() {
  error_ = "no answer in time";
  server_.close("the catalog could not be read in time");
  end();
}

}  // namespace howdah::server
