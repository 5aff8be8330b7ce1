// The policies of a pool for what clients leave on its servers, as sets of kinds.
#pragma once

#include "config/settings.h"
#include "protocol/state_hints.h"

namespace howdah::config {

struct StatePolicies {
  protocol::StateKinds rejected;
  protocol::StateKinds ignored;  // settings are never among them: they are put back
};

[[nodiscard]] StatePolicies policies_of(const StateSettings& settings);

}  // namespace howdah::config
