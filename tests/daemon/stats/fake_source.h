// An engine that says what the test wants. One pool app/ann with two servers and three clients, to begin
// with.
#pragma once

#include "daemon/stats/snapshot.h"

namespace howdah::tests {

class FakeSource final : public stats::SnapshotSource {
 public:
  FakeSource() {
    state.taken_at = at(1100);
    state.started_at = at(1000);
    state.is_ready = true;
    state.pools.push_back(pool("app", "ann"));
    configuration.databases["app"] = {
        .name = "app", .backend = "host=db.example,other port=5433 dbname=real user=owner", .pool = {}};
    configuration.databases["*"] = {.name = "*", .backend = "postgresql://10.0.0.1", .pool = {}};
  }

  static stats::WallTime at(int seconds) { return stats::WallTime(std::chrono::seconds(seconds)); }

  static stats::PoolSnapshot pool(const std::string& database, const std::string& user) {
    stats::PoolSnapshot pool;
    pool.database = database;
    pool.user = user;
    pool.clients_active = 1;
    pool.clients_waiting = 1;
    pool.clients_idle = 1;
    pool.servers_active = 1;
    pool.servers_idle = 1;
    pool.longest_wait = stats::Microseconds(2'500'000);
    pool.totals.transactions = 200;
    pool.totals.queries = 400;
    pool.totals.rows = 300;
    pool.totals.client_bytes_received = 10'000;
    pool.totals.client_bytes_sent = 5'000'000'000;
    pool.totals.transaction_time = stats::Microseconds(1'000'000);
    pool.totals.query_time = stats::Microseconds(800'000);
    pool.totals.wait_time = stats::Microseconds(50'000);
    return pool;
  }

  [[nodiscard]] stats::Snapshot snapshot() const override { return state; }
  [[nodiscard]] std::vector<stats::ClientSnapshot> clients() const override { return client_list; }
  [[nodiscard]] std::vector<stats::ServerSnapshot> servers() const override { return server_list; }
  [[nodiscard]] std::vector<stats::StatementSnapshot> statements() const override { return statement_list; }
  [[nodiscard]] std::vector<stats::Advice> advice() const override { return advice_list; }
  [[nodiscard]] std::shared_ptr<const stats::Period> last_period() const override { return period; }
  [[nodiscard]] std::shared_ptr<const config::Settings> settings() const override {
    return std::make_shared<const config::Settings>(configuration);
  }

  stats::Snapshot state;
  std::vector<stats::ClientSnapshot> client_list;
  std::vector<stats::ServerSnapshot> server_list;
  std::vector<stats::StatementSnapshot> statement_list;
  std::vector<stats::Advice> advice_list;
  std::shared_ptr<const stats::Period> period;
  config::Settings configuration;
};

}  // namespace howdah::tests
