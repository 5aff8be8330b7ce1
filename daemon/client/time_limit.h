// When a time limit of the configuration is over.
#pragma once

#include "config/settings.h"
#include "daemon/worker/agenda.h"

namespace howdah::client {

// A limit of 0 is none.
[[nodiscard]] inline worker::TimePoint after(worker::TimePoint since, config::Milliseconds limit) {
  return limit.count() == 0 ? worker::TimePoint::max() : since + limit;
}

}  // namespace howdah::client
