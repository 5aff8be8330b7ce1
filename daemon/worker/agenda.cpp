#include "daemon/worker/agenda.h"

#include <algorithm>
#include <utility>

namespace howdah::worker {

void Timer::disarm() {
  deadline_ = TimePoint::max();
  if (link_ == nullptr) return;
  *link_ = next_;
  if (next_ != nullptr) next_->link_ = link_;
  next_ = nullptr;
  link_ = nullptr;
}

void Deferred::cancel_deferred() {
  auto* agenda = std::exchange(agenda_, nullptr);
  if (agenda == nullptr) return;
  (previous_ != nullptr ? previous_->next_ : agenda->first_deferred_) = next_;
  (next_ != nullptr ? next_->previous_ : agenda->last_deferred_) = previous_;
  next_ = previous_ = nullptr;
}

void Agenda::arm(Timer& timer, TimePoint deadline) {
  // One tick more than the deadline's own: never early.
  const auto tick = std::max(tick_of(deadline) + 1, current_tick_ + 1);
  const bool is_filed_in_time = timer.link_ != nullptr && timer.filed_tick_ <= tick;
  if (!is_filed_in_time) {
    timer.disarm();
    file(timer, tick);
  }
  timer.deadline_ = deadline;
}

void Agenda::file(Timer& timer, std::int64_t tick) {
  // What lies further ahead than one turn of the wheel is looked at again when the wheel comes by.
  timer.filed_tick_ = std::min(tick, current_tick_ + static_cast<std::int64_t>(kSlots));
  auto& slot = slots_[static_cast<std::size_t>(timer.filed_tick_) % kSlots];
  timer.next_ = slot;
  timer.link_ = &slot;
  if (slot != nullptr) slot->link_ = &timer.next_;
  slot = &timer;
  earliest_tick_ = std::min(earliest_tick_, timer.filed_tick_);
}

void Agenda::fire_timers() {
  const auto now_tick = tick_of(now_);
  // After a long sleep every slot is met once, and no more.
  current_tick_ = std::max(current_tick_, now_tick - static_cast<std::int64_t>(kSlots));
  while (current_tick_ < now_tick) fire_slot(++current_tick_);
  if (earliest_tick_ <= current_tick_) find_earliest();
}

void Agenda::fire_slot(std::int64_t tick) {
  // Taken off as one list: what a timer arms anew goes to a later slot, what it disarms leaves this list by its link.
  Timer* due = std::exchange(slots_[static_cast<std::size_t>(tick) % kSlots], nullptr);
  if (due != nullptr) due->link_ = &due;
  while (due != nullptr) {
    auto& timer = *due;
    const auto deadline = timer.deadline_;
    timer.disarm();
    if (deadline > now_) {
      arm(timer, deadline);
    } else {
      timer.on_timer();
    }
  }
}

std::optional<TimePoint> Agenda::next_wake_up() const {
  if (earliest_tick_ == kNever) return std::nullopt;
  return start_ + earliest_tick_ * kTick;
}

void Agenda::find_earliest() {
  earliest_tick_ = kNever;
  for (std::size_t ahead = 1; ahead <= kSlots && earliest_tick_ == kNever; ++ahead) {
    const auto tick = current_tick_ + static_cast<std::int64_t>(ahead);
    if (slots_[static_cast<std::size_t>(tick) % kSlots] != nullptr) earliest_tick_ = tick;
  }
}

void Agenda::defer(Deferred& work) {
  if (work.agenda_ != nullptr) return;
  work.agenda_ = this;
  work.previous_ = last_deferred_;
  work.next_ = nullptr;
  (last_deferred_ != nullptr ? last_deferred_->next_ : first_deferred_) = &work;
  last_deferred_ = &work;
}

void Agenda::end_turn() {
  while (first_deferred_ != nullptr) {
    auto& work = *first_deferred_;
    work.cancel_deferred();
    work.run_deferred();
  }
  // The dead may bury others as they go.
  while (!graveyard_.empty()) {
    const auto dead = std::exchange(graveyard_, {});
  }
}

}  // namespace howdah::worker
