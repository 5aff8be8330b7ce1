// Held while a cancel is on its way or could still hit something.
#pragma once

#include <memory>

namespace howdah::cancel {

// Its last release, on whatever thread, tells who asked. PostgreSQL closes the connection that asked no sooner, and
// clients wait for that before they ask for more: a cancel never hits their next request. (libpq: PQcancel)
using CancelHold = std::shared_ptr<void>;

}  // namespace howdah::cancel
