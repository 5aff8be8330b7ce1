// A worker's loop in memory: the time stands still until a test moves it, and a turn is a call.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "daemon/worker/agenda.h"
#include "daemon/worker/mailbox.h"

namespace howdah::tests {

class ManualLoop final : public worker::Mailbox {
 public:
  [[nodiscard]] worker::Agenda& agenda() { return agenda_; }
  [[nodiscard]] const worker::Agenda& agenda() const { return agenda_; }
  [[nodiscard]] worker::TimePoint now() const { return now_; }

  // What a callback of the loop does; letters that came of it have turns of their own behind it.
  template <typename Work>
  void turn(Work&& work) {
    single_turn(work);
    while (!letters_.empty()) {
      for (auto& letter : std::exchange(letters_, {})) single_turn(letter);
    }
  }
  // In a turn, of this loop or another one.
  void post(Letter letter) override { letters_.push_back(std::move(letter)); }
  [[nodiscard]] bool has_letters() const { return !letters_.empty(); }

  // The time alone; nothing fires.
  void jump(worker::Duration duration) { now_ += duration; }
  void fire_timers() {
    turn([this] { agenda_.fire_timers(); });
  }
  // Stops at each wake-up up to the end and fires what is due; `between` runs after each.
  template <typename Between>
  void pass(worker::Duration duration, Between&& between) {
    const auto target = now_ + duration;
    for (auto next = agenda_.next_wake_up(); next && *next <= target; next = agenda_.next_wake_up()) {
      now_ = std::max(now_, *next);
      fire_timers();
      between();
    }
    now_ = target;
    fire_timers();
    between();
  }

  // Checks that hold between any two turns.
  std::function<void()> after_turn;

 private:
  template <typename Work>
  void single_turn(Work&& work) {
    agenda_.set_now(now_);
    work();
    agenda_.end_turn();
    if (after_turn) after_turn();
  }

  worker::TimePoint now_ = worker::TimePoint{} + std::chrono::hours(1);
  worker::Agenda agenda_{now_};
  std::vector<Letter> letters_;
};

}  // namespace howdah::tests
