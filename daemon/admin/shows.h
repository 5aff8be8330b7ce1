// The table of the SHOW commands: what each is called, which columns it has, and where its rows come from.
#pragma once

#include <span>
#include <string_view>

#include "daemon/admin/result.h"
#include "daemon/stats/snapshot.h"

namespace howdah::admin {

struct Show {
  std::string_view name;  // in lower case, as in "show pools"
  std::span<const Column> columns;
  Rows (*make_rows)(const stats::SnapshotSource& source);
};

[[nodiscard]] std::span<const Show> all_shows();
// Null where there is none. `name` in lower case.
[[nodiscard]] const Show* find_show(std::string_view name);

}  // namespace howdah::admin
