// SHOW PREPARED, TIMES, ERRORS, DISCONNECTS, STATEMENTS and ADVICE: what pools had to do.
#include <map>
#include <utility>

#include "daemon/admin/show_rows.h"
#include "daemon/stats/statement_table.h"

namespace howdah::admin {

namespace {

using Counts = stats::NamedCounts stats::PoolSnapshot::*;

Rows counted_rows(const stats::SnapshotSource& source, Counts counts) {
  Rows rows;
  for (const auto& pool : source.snapshot().pools) {
    for (const auto& [name, count] : pool.*counts) {
      rows.push_back({pool.database, pool.user, name, std::to_string(count)});
    }
  }
  return rows;
}

Row times_row(const stats::PoolSnapshot& pool, std::string what, const stats::Histogram& times) {
  const auto quantile = [&times](double share) { return std::to_string(times.quantile(share).count()); };
  const auto count = times.count();
  const auto mean = count == 0 ? 0 : static_cast<std::uint64_t>(times.sum().count()) / count;
  return {pool.database,  pool.user,      std::move(what), std::to_string(count), std::to_string(mean),
          quantile(0.50), quantile(0.95), quantile(0.99),  quantile(1.0)};
}

}  // namespace

Rows prepared_rows(const stats::SnapshotSource& source) {
  std::map<std::pair<std::string, std::string>, std::size_t> on_servers;
  for (const auto& server : source.servers()) on_servers[{server.database, server.user}] += server.statements;
  Rows rows;
  for (const auto& pool : source.snapshot().pools) {
    rows.push_back({pool.database, pool.user, std::to_string(pool.statements),
                    std::to_string(on_servers[{pool.database, pool.user}]), std::to_string(pool.servers_in_all),
                    std::to_string(pool.settings.prepared_statements.per_server)});
  }
  return rows;
}

Rows time_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& pool : source.snapshot().pools) {
    rows.push_back(times_row(pool, "wait", pool.times.wait));
    rows.push_back(times_row(pool, "query", pool.times.query));
    rows.push_back(times_row(pool, "transaction", pool.times.transaction));
  }
  return rows;
}

Rows error_rows(const stats::SnapshotSource& source) {
  return counted_rows(source, &stats::PoolSnapshot::errors);
}

Rows disconnect_rows(const stats::SnapshotSource& source) {
  return counted_rows(source, &stats::PoolSnapshot::disconnects);
}

Rows statement_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& statement : source.statements()) {
    rows.push_back({statement.database, statement.user, statement.text, std::to_string(statement.calls),
                    std::to_string(statement.errors), std::to_string(statement.rows), std::to_string(statement.bytes),
                    std::to_string(statement.wait_time.count()), std::to_string(statement.server_time.count()),
                    std::to_string(statement.longest.count()), stats::fingerprint_text(statement.fingerprint)});
  }
  return rows;
}

Rows advice_rows(const stats::SnapshotSource& source) {
  Rows rows;
  for (const auto& advice : source.advice()) {
    rows.push_back({advice.about, advice.kind, advice.text, advice.figures});
  }
  return rows;
}

}  // namespace howdah::admin
