// How a pool learns which functions of its database may leave something: see CatalogWatch.
#include <algorithm>

#include "daemon/pool/login_attempt.h"
#include "daemon/pool/pool.h"

namespace howdah::pool {

using server::CatalogReader;
using server::ServerConnection;

const CatalogWatch::Names& Pool::telling_names() {
  const auto version = catalog().version();
  if (names_version_ != version) {
    names_ = catalog().names();
    names_version_ = version;
  }
  return names_;
}

// True: the server is taken for it.
bool Pool::read_catalog(ServerConnection& server) {
  const auto now = environment_.agenda.now();
  if (environment_.catalog_threads == nullptr || !catalog().is_due(now)) return false;
  const auto reading = catalog().begin_reading(now);
  if (!reading) return false;
  const CatalogReader::Environment environment{environment_.agenda, environment_.mailbox,
                                               *environment_.catalog_threads};
  auto& begun = catalog_readings_.emplace_back(
      CatalogReadingUnderWay{.reader = std::make_unique<CatalogReader>(
                                 server, environment, static_cast<server::CatalogReaderOwner&>(*this), reading->digest),
                             .reading = *reading});
  ledger_.begin_reading();
  begun.reader->begin();
  return true;
}

void Pool::on_catalog_read(CatalogReader& reader) {
  const auto found =
      std::ranges::find_if(catalog_readings_, [&](const auto& one) { return one.reader.get() == &reader; });
  const auto now = environment_.agenda.now();
  if (reader.error().empty()) {
    backend_connections_limit_ = reader.connections_limit();
    const bool is_everything = reader.found() && reader.found()->is_everything;
    if (is_everything) warn_of_catalog("an operator, a cast or the like may leave something");
    if (reader.found() && !is_everything) {
      environment_.log.info(
          "catalog read",
          {{"database", name_.database},
           {"names", reader.found()->names.size()},
           {"ms", std::chrono::duration_cast<config::Milliseconds>(now - found->reading.begun_at).count()}});
    }
    catalog().end_reading(found->reading, std::move(reader.found()), reader.digest(), now);
  } else {
    warn_of_catalog(reader.error());
    catalog().fail_reading(now);
  }
  auto& server = reader.server();
  environment_.agenda.bury(std::shared_ptr<CatalogReader>(std::move(found->reader)));
  catalog_readings_.erase(found);
  if (server.state() != ServerConnection::State::Closed) release(server);
  ledger_.end_reading();
  start_logins();
}

void Pool::warn_of_catalog(std::string_view reason) {
  environment_.log.warning("which functions may leave something in a session is not known: each transaction may",
                           {{"database", name_.database}, {"reason", std::string(reason)}});
}

}  // namespace howdah::pool
