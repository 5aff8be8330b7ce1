#include "config/state_policies.h"

namespace howdah::config {

using protocol::StateKind;

StatePolicies policies_of(const StateSettings& settings) {
  StatePolicies policies;
  const auto add = [&policies]<typename Policy>(StateKind kind, Policy policy) {
    if (policy == Policy::Reject) policies.rejected.add(kind);
    if (policy == Policy::Ignore) policies.ignored.add(kind);
  };
  add(StateKind::Settings, settings.settings);
  add(StateKind::NamedStatement, settings.prepare);
  add(StateKind::Listen, settings.listen);
  add(StateKind::HeldCursor, settings.hold_cursors);
  add(StateKind::TemporaryObject, settings.temporary_objects);
  add(StateKind::AdvisoryLock, settings.advisory_locks);
  add(StateKind::LoadedLibrary, settings.libraries);
  add(StateKind::SequenceValue, settings.sequence_values);
  policies.ignored.remove(StateKind::Settings);
  return policies;
}

}  // namespace howdah::config
