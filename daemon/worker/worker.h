// A thread with one event loop: what is readable, what is due, what was put off, in turns. All objects that live on it
// are used on its thread only; other threads reach it by its mailbox.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "daemon/worker/agenda.h"
#include "daemon/worker/mailbox.h"

struct event;
struct event_base;

namespace howdah::worker {

struct EventDeleter {
  void operator()(event* pointer) const;
};
using EventPointer = std::unique_ptr<event, EventDeleter>;

class Worker final : public Mailbox {
 public:
  // Where the process has no descriptors left it is of no use, and must be destroyed at once.
  Worker();
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  [[nodiscard]] bool is_usable() const { return loop_ != nullptr && timer_fd_ >= 0 && letters_fd_ >= 0; }
  // Serves on the calling thread until stop().
  void run();
  // The worker's thread, or before run().
  void stop();
  void post(Letter letter) override;
  // From now on letters go unread, those that are there too. They may hold what posts to other workers: all are closed
  // before the first one is destroyed.
  void close();

  [[nodiscard]] event_base* loop() const { return loop_.get(); }
  [[nodiscard]] Agenda& agenda() { return agenda_; }
  // Where streams read to; what is in it dies with the call that reads.
  [[nodiscard]] std::span<char> scratch() { return scratch_; }

  // Owns what nobody else does any more, until it is let go or the worker ends.
  void keep(std::shared_ptr<void> object) { kept_.emplace(object.get(), std::move(object)); }
  [[nodiscard]] std::shared_ptr<void> let_go(const void* object);

  // Every callback of the loop stands between these two: the time is looked up, and what was put off is done.
  void begin_turn();
  void end_turn();

 private:
  static constexpr std::size_t kScratchBytes = 256UL * 1024;
  struct LoopDeleter {
    void operator()(event_base* pointer) const;
  };

  void on_wake_up();
  void on_letters();
  void schedule_wake_up();

  std::unique_ptr<event_base, LoopDeleter> loop_;
  Agenda agenda_;
  std::vector<char> scratch_;
  int timer_fd_;
  EventPointer wake_up_;
  TimePoint wake_up_at_ = TimePoint::max();
  EventPointer letters_event_;
  int letters_fd_;
  std::mutex mutex_;
  std::vector<Letter> letters_;                                  // under mutex_
  bool is_closed_ = false;                                       // under mutex_
  std::unordered_map<const void*, std::shared_ptr<void>> kept_;  // ends before the loop and the agenda
};

// Between its making and its end a callback from the loop does its work.
class [[nodiscard]] Turn {
 public:
  explicit Turn(Worker& worker) : worker_(worker) { worker_.begin_turn(); }
  ~Turn() { worker_.end_turn(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Worker& worker_;
};

}  // namespace howdah::worker
