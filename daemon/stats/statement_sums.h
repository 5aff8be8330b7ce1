// What all workers have counted of statements, as one.
#pragma once

#include <vector>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// Adds up those of the same database, user and fingerprint; those that took most of the servers' time are in front.
void merge_statements(std::vector<StatementSnapshot>& statements);

}  // namespace howdah::stats
