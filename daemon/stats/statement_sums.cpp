#include "daemon/stats/statement_sums.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace howdah::stats {

namespace {

auto identity(const StatementSnapshot& statement) {
  return std::tie(statement.database, statement.user, statement.fingerprint);
}

void add(StatementSnapshot& sum, const StatementSnapshot& more) {
  sum.calls += more.calls;
  sum.errors += more.errors;
  sum.rows += more.rows;
  sum.bytes += more.bytes;
  sum.wait_time += more.wait_time;
  sum.server_time += more.server_time;
  sum.longest = std::max(sum.longest, more.longest);
}

}  // namespace

void merge_statements(std::vector<StatementSnapshot>& statements) {
  std::ranges::sort(statements, {}, &identity);
  std::vector<StatementSnapshot> merged;
  for (auto& statement : statements) {
    if (!merged.empty() && identity(merged.back()) == identity(statement)) {
      add(merged.back(), statement);
    } else {
      merged.push_back(std::move(statement));
    }
  }
  std::ranges::sort(merged, [](const StatementSnapshot& one, const StatementSnapshot& other) {
    return std::tie(other.server_time, one.fingerprint) < std::tie(one.server_time, other.fingerprint);
  });
  statements = std::move(merged);
}

}  // namespace howdah::stats
