// What sessions of a pool may leave on its servers, and how their statements are treated. A session goes by those that
// held when it logged in, to its end, whatever a reload brings: what it has done already was done by them. Immutable;
// the pool keeps them to its end.
#pragma once

#include "config/settings.h"
#include "config/state_policies.h"

namespace howdah::pool {

struct SessionRules {
  explicit SessionRules(const config::PoolSettings& settings)
      : state(settings.state),
        prepared_statements(settings.prepared_statements),
        policies(config::policies_of(settings.state)) {}

  [[nodiscard]] bool are_of(const config::PoolSettings& settings) const {
    return state == settings.state && prepared_statements == settings.prepared_statements;
  }

  config::StateSettings state;
  config::PreparedStatementSettings prepared_statements;
  config::StatePolicies policies;
};

}  // namespace howdah::pool
