#include "protocol/left_state.h"

#include <utility>

namespace howdah::protocol {

void LeftState::suspect(StateKinds kinds) {
  kinds.remove(ignored_);
  auto others = kinds;
  others.remove(kAskableStateKinds);
  kinds.keep(kAskableStateKinds);
  suspected_.add(kinds);
  held_.add(others);
}

StateKinds LeftState::kinds() const {
  auto kinds = held_;
  kinds.add(suspected_);
  kinds.add(asked_);
  return kinds;
}

void LeftState::discard_all() {
  auto lasting = held_;
  lasting.keep(kLastingStateKinds);
  suspected_.clear();
  asked_.clear();
  held_ = lasting;
}

void LeftState::remove(StateKind kind) {
  suspected_.remove(kind);
  held_.remove(kind);
  asked_.remove(kind);
}

std::string_view LeftState::first_name() const {
  for (const auto& kinds : {held_, asked_, suspected_}) {
    if (!kinds.is_empty()) return kinds.first_name();
  }
  return {};
}

StateKinds LeftState::begin_probe() {
  asked_.add(std::exchange(suspected_, {}));
  asked_.add(held_);
  asked_.keep(kAskableStateKinds);
  return asked_;
}

void LeftState::end_probe(StateKinds found) {
  held_.remove(std::exchange(asked_, {}));
  hold(found);
}

void LeftState::fail_probe() {
  held_.add(std::exchange(asked_, {}));
}

}  // namespace howdah::protocol
