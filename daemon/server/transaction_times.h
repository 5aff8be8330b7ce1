// Where the time of a lease and of its transactions went.
#pragma once

#include <string_view>

#include "daemon/worker/agenda.h"

namespace howdah::server {

struct TransactionTimes {
  worker::TimePoint::duration queue{};   // until a server was there
  worker::TimePoint::duration login{};   // the same, while one was being made
  worker::TimePoint::duration server{};  // from each request, or batch of them, to its answer
};

// Since when a client has kept its server past the end of a transaction.
struct PinTime {
  std::string_view reason;  // as long as the program; empty: it does not
  worker::TimePoint since;
};

}  // namespace howdah::server
