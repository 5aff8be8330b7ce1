// What one worker's part of a pool counts, from the start of the daemon on. One worker's thread.
#pragma once

#include <string_view>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

struct PoolFigures {
  Totals totals;
  Distributions times;
  NamedCounts errors;               // that went to clients, by SQLSTATE
  NamedCounts disconnects;          // of clients, by reason
  NamedCounts pinned_microseconds;  // by what a server was kept for

  // An ErrorResponse went to a client. Any SQLSTATE may be made up by a function on the server: beyond some they count
  // as "other".
  void note_error(std::string_view sqlstate);
  // `reason`: one of a few.
  void note_disconnect(std::string_view reason);
  void note_pinned(std::string_view reason, Microseconds time);
};

}  // namespace howdah::stats
