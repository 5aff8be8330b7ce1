#include "daemon/worker/worker.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace howdah::worker {

namespace {

// libevent ends the process where a loop gets no descriptors (one for epoll, two for signals): they are tried out
// first.
bool has_room_for_loop() {
  std::array<int, 4> probes{};
  std::ranges::generate(probes, [] { return eventfd(0, EFD_CLOEXEC); });
  const bool has_room = std::ranges::none_of(probes, [](int fd) { return fd < 0; });
  for (const int fd : probes) {
    if (fd >= 0) ::close(fd);
  }
  return has_room;
}

// Timers are the agenda's, and the time is looked up once in a turn: the loop needs neither.
event_base* make_loop() {
  auto* config = has_room_for_loop() ? event_config_new() : nullptr;
  if (config == nullptr) return nullptr;
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_NO_CACHE_TIME);
  auto* loop = event_base_new_with_config(config);
  event_config_free(config);
  return loop;
}

void set_alarm(int timer_fd, TimePoint at) {
  const auto since_epoch = std::max(at.time_since_epoch(), Duration(1));  // zero would switch it off
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_epoch);
  const itimerspec when{
      .it_interval = {},
      .it_value = {.tv_sec = seconds.count(), .tv_nsec = std::chrono::nanoseconds(since_epoch - seconds).count()}};
  timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, nullptr);
}

}  // namespace

void EventDeleter::operator()(event* pointer) const {
  event_free(pointer);
}

void Worker::LoopDeleter::operator()(event_base* pointer) const {
  event_base_free(pointer);
}

Worker::Worker()
    : loop_(make_loop()),
      agenda_(std::chrono::steady_clock::now()),
      scratch_(kScratchBytes),
      timer_fd_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)),
      letters_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!is_usable()) return;
  const auto wake_up = [](int, short, void* self) noexcept { static_cast<Worker*>(self)->on_wake_up(); };
  const auto letters = [](int, short, void* self) noexcept { static_cast<Worker*>(self)->on_letters(); };
  wake_up_.reset(event_new(loop_.get(), timer_fd_, EV_READ | EV_PERSIST, wake_up, this));
  event_add(wake_up_.get(), nullptr);
  letters_event_.reset(event_new(loop_.get(), letters_fd_, EV_READ | EV_PERSIST, letters, this));
  event_add(letters_event_.get(), nullptr);
}

Worker::~Worker() {
  close();
  agenda_.end_turn();
  letters_event_.reset();
  wake_up_.reset();
  for (const int fd : {letters_fd_, timer_fd_}) {
    if (fd >= 0) ::close(fd);
  }
}

void Worker::run() {
  begin_turn();
  end_turn();
  event_base_loop(loop_.get(), EVLOOP_NO_EXIT_ON_EMPTY);
}

void Worker::stop() {
  event_base_loopbreak(loop_.get());
}

void Worker::post(Letter letter) {
  const std::lock_guard lock(mutex_);
  if (is_closed_) return;
  letters_.push_back(std::move(letter));
  if (letters_.size() > 1) return;  // it has been woken for those before
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(letters_fd_, &one, sizeof one);  // full only if it wakes up anyway
}

void Worker::close() {
  std::vector<Letter> unread;  // what they hold may post while it goes
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  unread.swap(letters_);
}

std::shared_ptr<void> Worker::let_go(const void* object) {
  const auto found = kept_.find(object);
  if (found == kept_.end()) return nullptr;
  auto kept = std::move(found->second);
  kept_.erase(found);
  return kept;
}

void Worker::begin_turn() {
  agenda_.set_now(std::chrono::steady_clock::now());
}

void Worker::end_turn() {
  agenda_.end_turn();
  schedule_wake_up();
}

void Worker::schedule_wake_up() {
  const auto next = agenda_.next_wake_up();
  if (!next || *next >= wake_up_at_) return;
  wake_up_at_ = *next;
  set_alarm(timer_fd_, wake_up_at_);
}

void Worker::on_wake_up() {
  const Turn turn(*this);
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = read(timer_fd_, &count, sizeof count);
  wake_up_at_ = TimePoint::max();
  agenda_.fire_timers();
}

void Worker::on_letters() {
  const Turn turn(*this);
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = read(letters_fd_, &count, sizeof count);
  std::vector<Letter> letters;
  {
    const std::lock_guard lock(mutex_);
    letters = std::exchange(letters_, {});
  }
  for (auto& letter : letters) letter();
}

}  // namespace howdah::worker
