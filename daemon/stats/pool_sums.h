// Sums of pools: over the workers, and over those that are too many to be reported one by one.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// The first `most` pools, and behind them the sum of the rest as database "other", user "other", where there
// is a rest. Names are made printable, since one invalid label would spoil the page for Prometheus; a pool
// whose names are taken then, or are "other", counts to the rest.
[[nodiscard]] std::vector<PoolSnapshot> bounded_pools(std::span<const PoolSnapshot> pools, std::size_t most);

// All of them as one pool without names.
[[nodiscard]] PoolSnapshot sum_of(std::span<const PoolSnapshot> pools);

// Adds what another worker has of the same pool.
void add_part(PoolSnapshot& pool, const PoolSnapshot& part);
// Workers tell of themselves one after the other: a server that moves meanwhile is on none of them, or on two. It
// counts once, as active: it moves only to somebody who waits.
void settle_moving_servers(PoolSnapshot& pool);

}  // namespace howdah::stats
