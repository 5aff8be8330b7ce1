// What one worker still has to do: timers on one coarse wheel, and work put off to the end of this turn.
// Pure: the time is told to it, so a test turns the clock by hand. One thread only; each worker has its own.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace howdah::worker {

using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

class Agenda;

// A deadline of its owner. Moving it later costs one store: the wheel looks again when it meets the old place.
// Disarmed by its destructor. Fires up to kTick late, never early.
class Timer {
 public:
  Timer() = default;
  ~Timer() { disarm(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void disarm();
  [[nodiscard]] bool is_armed() const { return deadline_ != TimePoint::max(); }

 protected:
  // The timer is disarmed before the call and may be armed again in it; its owner may be buried, not destroyed.
  virtual void on_timer() = 0;

 private:
  friend class Agenda;
  TimePoint deadline_ = TimePoint::max();
  std::int64_t filed_tick_ = 0;
  Timer* next_ = nullptr;
  Timer** link_ = nullptr;  // null: not filed
};

// A timer that calls one method of its owner: `MethodTimer<Session, &Session::on_idle_timeout> idle_timer_{*this};`
template <typename Owner, void (Owner::*kMethod)()>
class MethodTimer final : public Timer {
 public:
  explicit MethodTimer(Owner& owner) : owner_(owner) {}

 private:
  void on_timer() override { (owner_.*kMethod)(); }
  Owner& owner_;
};

// Work that waits for the end of the turn, so that nobody is called back in the middle of his own call.
// Deferring twice before it runs is deferring once. Cancelled by its destructor.
class Deferred {
 public:
  Deferred() = default;
  ~Deferred() { cancel_deferred(); }
  Deferred(const Deferred&) = delete;
  Deferred& operator=(const Deferred&) = delete;

  void cancel_deferred();

 protected:
  virtual void run_deferred() = 0;

 private:
  friend class Agenda;
  Deferred* next_ = nullptr;
  Deferred* previous_ = nullptr;
  Agenda* agenda_ = nullptr;  // null: not deferred
};

// Work put off by its owner, as with MethodTimer.
template <typename Owner, void (Owner::*kMethod)()>
class MethodDeferred final : public Deferred {
 public:
  explicit MethodDeferred(Owner& owner) : owner_(owner) {}

 private:
  void run_deferred() override { (owner_.*kMethod)(); }
  Owner& owner_;
};

class Agenda {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(20);

  explicit Agenda(TimePoint start) : start_(start), now_(start) {}
  Agenda(const Agenda&) = delete;
  Agenda& operator=(const Agenda&) = delete;

  // The time of this turn.
  [[nodiscard]] TimePoint now() const { return now_; }
  void set_now(TimePoint now) { now_ = now; }

  void arm(Timer& timer, TimePoint deadline);
  void arm_in(Timer& timer, Duration delay) { arm(timer, now_ + delay); }
  void defer(Deferred& work);
  // Keeps an object until the end of the turn: nobody deletes himself.
  void bury(std::shared_ptr<void> object) { graveyard_.push_back(std::move(object)); }

  // Fires the timers that are due at now().
  void fire_timers();
  // When fire_timers has something to look at again, at the earliest; nothing where no timer is armed.
  [[nodiscard]] std::optional<TimePoint> next_wake_up() const;
  // Runs what was deferred, and what that defers, then frees what was buried. Call it at the end of each turn.
  void end_turn();
  [[nodiscard]] bool has_deferred() const { return first_deferred_ != nullptr; }

 private:
  friend class Deferred;
  static constexpr std::size_t kSlots = 1024;  // about 20 s; what lies further ahead goes round

  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  [[nodiscard]] std::int64_t tick_of(TimePoint time) const { return (time - start_) / kTick; }
  void file(Timer& timer, std::int64_t tick);
  void fire_slot(std::int64_t tick);
  void find_earliest();

  TimePoint start_;
  TimePoint now_;
  std::int64_t current_tick_ = 0;
  std::int64_t earliest_tick_ = kNever;  // no timer is filed before it
  std::array<Timer*, kSlots> slots_{};
  Deferred* first_deferred_ = nullptr;
  Deferred* last_deferred_ = nullptr;
  std::vector<std::shared_ptr<void>> graveyard_;
};

}  // namespace howdah::worker
