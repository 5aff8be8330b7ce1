// Reads on a free server which functions of its database may leave something (protocol/catalog_reading.h). What follows
// from the rows is found on another thread. Owned by the pool for as long as it takes; one worker's thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/io/output_batch.h"
#include "daemon/server/server_connection.h"
#include "daemon/server/tenant.h"
#include "daemon/worker/agenda.h"
#include "daemon/worker/mailbox.h"
#include "daemon/worker/offload.h"
#include "protocol/catalog_reading.h"
#include "protocol/frame_walker.h"

namespace howdah::server {

class CatalogReader;

class CatalogReaderOwner {
 public:
  // The server is leased to nobody, or closed (then its owner has heard of it already). The reader may be buried now.
  virtual void on_catalog_read(CatalogReader& reader) = 0;

 protected:
  ~CatalogReaderOwner() = default;
};

class CatalogReader final : private OwnTenant {
 public:
  struct Environment {
    worker::Agenda& agenda;
    worker::Mailbox& mailbox;
    worker::Offload& threads;
  };
  // `known`: the digest of what is known already.
  CatalogReader(ServerConnection& server, Environment environment, CatalogReaderOwner& owner,
                std::optional<std::uint64_t> known);
  ~CatalogReader();

  // Takes the lease over.
  void begin();

  [[nodiscard]] ServerConnection& server() const { return server_; }
  // Why there is no answer; empty where there is one.
  [[nodiscard]] const std::string& error() const { return error_; }
  // As CatalogReading tells it.
  [[nodiscard]] int connections_limit() const { return reading_->connections_limit(); }
  [[nodiscard]] std::uint64_t digest() const { return reading_->digest(); }
  // Nothing where it is what was known already.
  [[nodiscard]] std::optional<protocol::CatalogReading::Telling>& found() { return found_; }

 private:
  void on_reply_bytes(protocol::Bytes bytes) override;
  void on_progress() override;
  void on_server_lost(bool was_told) override;

  void take(const protocol::Piece& piece);
  void interpret();
  void end();
  void on_time_up();

  ServerConnection& server_;
  Environment environment_;
  CatalogReaderOwner& owner_;
  const std::optional<std::uint64_t> known_;
  protocol::FrameWalker walker_{protocol::server_frame_rules()};
  std::string row_;
  std::shared_ptr<protocol::CatalogReading> reading_ = std::make_shared<protocol::CatalogReading>();
  std::optional<protocol::CatalogReading::Telling> found_;
  std::string error_;
  bool is_interpreting_ = false;
  std::shared_ptr<CatalogReader*> ticket_;  // what the other thread holds on to
  worker::MethodTimer<CatalogReader, &CatalogReader::on_time_up> timer_{*this};
};

}  // namespace howdah::server
