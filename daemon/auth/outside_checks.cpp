#include "daemon/auth/outside_checks.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "daemon/worker/start_threads.h"

namespace howdah::auth {

// What threads take work from and bring answers to.
class OutsideChecks::Desk {
 public:
  struct Job {
    OutsideWork work;
    worker::Mailbox& mailbox;
    ErrandRunner::Done done;
  };

  explicit Desk(std::size_t most_waiting) : most_waiting_(most_waiting) {}

  [[nodiscard]] bool take_in(Job job) {
    {
      const std::lock_guard lock(mutex_);
      if (is_closed_ || jobs_.size() + delayed_.size() >= most_waiting_) return false;
      jobs_.push_back(std::move(job));
    }
    wake_up_.notify_one();
    return true;
  }

  // The life of one thread.
  void serve() {
    std::unique_lock lock(mutex_);
    ++thread_count_;
    while (!is_closed_) {
      hand_out_what_is_due();
      if (!jobs_.empty()) {
        do_next(lock);
      } else if (delayed_.empty()) {
        wake_up_.wait(lock);
      } else {
        wake_up_.wait_until(lock, Clock::time_point(delayed_.begin()->first));
      }
    }
    --thread_count_;
    gone_.notify_all();
  }

  // From now on nobody hears anything. Whether all threads end within `patience`.
  [[nodiscard]] bool close(Clock::duration patience) {
    std::unique_lock lock(mutex_);
    is_closed_ = true;
    jobs_.clear();
    delayed_.clear();
    wake_up_.notify_all();
    return gone_.wait_for(lock, patience, [this] { return thread_count_ == 0; });
  }

 private:
  using Letter = std::function<void()>;

  void do_next(std::unique_lock<std::mutex>& lock) {
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    auto answer = job.work.run();
    job.work = {};  // and what it holds of secrets
    lock.lock();
    const auto due = Clock::now() + answer.delay;
    delayed_.emplace(due, [&mailbox = job.mailbox, done = std::move(job.done), answer = std::move(answer)] {
      mailbox.post([done, answer] { done(answer); });
    });
    wake_up_.notify_one();  // this thread may soon be busy again
  }

  void hand_out_what_is_due() {
    const auto now = Clock::now();
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
      delayed_.begin()->second();
      delayed_.erase(delayed_.begin());
    }
  }

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_up_;
  std::condition_variable gone_;
  std::deque<Job> jobs_;                              // under mutex_
  std::multimap<Clock::time_point, Letter> delayed_;  // under mutex_; sends an answer
  std::size_t thread_count_ = 0;                      // under mutex_
  bool is_closed_ = false;                            // under mutex_
};

OutsideChecks::OutsideChecks(std::size_t thread_count, std::size_t most_waiting, Clock::duration patience)
    : patience_(patience), desk_(std::make_shared<Desk>(most_waiting)) {
  worker::start_threads(threads_, thread_count, [desk = desk_] { desk->serve(); });
}

OutsideChecks::~OutsideChecks() {
  const bool have_all_ended = desk_->close(patience_);
  for (auto& thread : threads_) have_all_ended ? thread.join() : thread.detach();
}

bool OutsideChecks::ask(OutsideWork work, worker::Mailbox& mailbox, ErrandRunner::Done done) {
  if (threads_.empty()) return false;
  return desk_->take_in({.work = std::move(work), .mailbox = mailbox, .done = std::move(done)});
}

}  // namespace howdah::auth
