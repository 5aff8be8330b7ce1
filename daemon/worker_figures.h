// What one worker tells of itself, for the console and the stats port: copies, taken in a turn of its own.
#pragma once

#include "daemon/client/session_registry.h"
#include "daemon/pool/pool_directory.h"
#include "daemon/stats/gathering.h"
#include "daemon/stats/statement_table.h"

namespace howdah {

[[nodiscard]] stats::WorkerFigures figures_of(const pool::PoolDirectory& pools, const client::SessionRegistry& sessions,
                                              const stats::StatementTable& statements,
                                              const client::SessionCounts& counts, worker::TimePoint now,
                                              stats::Detail detail = stats::Detail::All);

}  // namespace howdah
