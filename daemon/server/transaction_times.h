// Where the time of a transaction went, as far as its lease tells.
#pragma once

#include "daemon/worker/agenda.h"

namespace howdah::server {

struct TransactionTimes {
  worker::TimePoint::duration queue{};   // until a server was there
  worker::TimePoint::duration login{};   // the same, while one was being made
  worker::TimePoint::duration server{};  // from each request, or batch of them, to its answer
};

}  // namespace howdah::server
