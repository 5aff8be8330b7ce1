// The library's pooler: an App, a log and, where it is wanted, a thread.
#include "daemon/howdah.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "daemon/admin/actions.h"
#include "daemon/app.h"
#include "daemon/howdah_content.h"
#include "daemon/howdah_state.h"
#include "daemon/stats/gathering.h"
#include "daemon/worker/start_threads.h"

namespace howdah {

namespace {

constexpr auto kLongestWait = std::chrono::seconds(1);  // for the workers' figures

std::vector<Problem> problem(std::string text) {
  return {Problem{.text = std::move(text)}};
}

LogLevel as_public(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::Debug:
      return LogLevel::Debug;
    case config::LogLevel::Info:
      return LogLevel::Info;
    case config::LogLevel::Warning:
      return LogLevel::Warning;
    case config::LogLevel::Error:
      return LogLevel::Error;
  }
  return LogLevel::Error;
}

os::Log::LevelledSink as_sink(LogSink sink) {
  if (!sink) return [](config::LogLevel, std::string_view) {};
  return [sink = std::move(sink)](config::LogLevel level, std::string_view line) { sink(as_public(level), line); };
}

// Reads its letters at once, on the thread of who writes them.
class AtOnce final : public worker::Mailbox {
 public:
  void post(Letter letter) override { letter(); }
};

std::uint16_t first_port(const std::vector<std::string>& addresses) {
  const auto is_tcp = [](const std::string& address) { return !address.starts_with("unix:"); };
  const auto found = std::ranges::find_if(addresses, is_tcp);
  if (found == addresses.end()) return 0;
  return static_cast<std::uint16_t>(std::stoul(found->substr(found->rfind(':') + 1)));
}

Result<Reloaded> as_public(const admin::Outcome& outcome) {
  std::vector<Problem> problems;
  problems.reserve(outcome.errors.size());
  for (const auto& error : outcome.errors) {
    problems.push_back({.text = error.message + (error.detail.empty() ? "" : ": " + error.detail)});
  }
  if (!problems.empty()) return problems;
  Reloaded reloaded;
  for (const auto& notice : outcome.notices) reloaded.notes.push_back(notice.message);
  return reloaded;
}

}  // namespace

struct [[gnu::visibility("hidden")]] Pooler::Content {
 public:
  Content(const Configuration& configuration, LogSink sink)
      : configuration_(configuration),
        log_(configuration_.content_->settings->log.level, configuration_.content_->settings->log.format,
             as_sink(std::move(sink))) {}
  ~Content() { stop(); }
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  void on_ready(std::function<void()> ready) { ready_ = std::move(ready); }

  Result<Done> open() {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::Made) return problem("the pooler was started before");
    phase_ = Phase::Ended;
    if (auto failure = make_app()) return *std::move(failure);
    phase_ = Phase::Open;
    return Done();
  }

  Result<Done> start() {
    if (auto opened = open(); !opened) return opened;
    if (!begin_running()) return problem("the pooler was stopped");
    if (worker::start_threads(threads_, 1, [this] { serve(); })) return Done();
    end();
    return problem("a thread cannot be started");
  }

  void run() {
    if (begin_running()) serve();
  }

  void drain() {
    const std::lock_guard lock(mutex_);
    if (is_alive()) app_->drain();
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    if (is_alive()) app_->stop();
  }
  bool wait_for_end(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    return news_.wait_for(lock, limit, [this] { return !is_alive(); });
  }
  void wait_for_end() {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [this] { return !is_alive(); });
  }

  [[nodiscard]] std::vector<std::string> addresses() const {
    const std::lock_guard lock(mutex_);
    return app_ ? app_->addresses() : std::vector<std::string>();
  }
  [[nodiscard]] bool is_running() const {
    const std::lock_guard lock(mutex_);
    return phase_ == Phase::Running;
  }

  [[nodiscard]] std::optional<PoolerState> state() {
    if (!is_running()) return std::nullopt;
    const auto figures = std::make_shared<std::optional<stats::FiguresPointer>>();
    app_->gatherer().gather_pools(at_once_, keep_in(figures));
    if (!wait_for(*figures, kLongestWait)) return std::nullopt;
    return as_public_state((*figures)->get()->snapshot());
  }

  Result<Reloaded> reload(const Configuration& wanted) {
    const std::lock_guard one_at_a_time(reload_mutex_);
    if (!is_running()) return problem("the pooler does not run");
    set_wanted(wanted);
    const auto outcome = std::make_shared<std::optional<admin::Outcome>>();
    app_->actions().carry_out({.kind = admin::Order::Kind::Reload}, std::make_shared<admin::Ticket>(), at_once_,
                              keep_in(outcome));
    const bool has_come = wait_for(*outcome, std::nullopt);
    set_wanted(std::nullopt);
    if (!has_come) return problem("the pooler has ended");
    auto reloaded = as_public(**outcome);
    if (reloaded) set_configuration(wanted);
    files_.note(configuration().content_->stamps);
    return reloaded;
  }
  [[nodiscard]] Configuration configuration() const {
    const std::lock_guard lock(mutex_);
    return configuration_;
  }

 private:
  enum class Phase { Made, Open, Running, Ended };

  [[nodiscard]] bool is_alive() const { return phase_ == Phase::Open || phase_ == Phase::Running; }

  template <typename Value>
  [[nodiscard]] std::move_only_function<void(Value)> keep_in(std::shared_ptr<std::optional<Value>> place) {
    return [this, place = std::move(place)](Value value) {
      const std::lock_guard lock(mutex_);
      *place = std::move(value);
      news_.notify_all();
    };
  }
  // False: it is not open, or somebody else runs it.
  [[nodiscard]] bool begin_running() {
    const std::lock_guard lock(mutex_);
    if (phase_ != Phase::Open) return false;
    phase_ = Phase::Running;
    return true;
  }
  void serve() {
    app_->run();
    end();
  }
  void end() {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::Ended;
    news_.notify_all();
  }

  // Nothing, or why there is none.
  [[nodiscard]] std::optional<std::vector<Problem>> make_app() {
    app_ = std::make_unique<App>(configuration_.content_->settings, log_);
    files_.note(configuration_.content_->stamps);
    app_->set_configuration_source(
        {.read = [this] { return read_settings(); }, .find_change = [this] { return files_.find_change(); }});
    app_->on_ready(ready_);
    const auto started = app_->start();
    if (started) return std::nullopt;
    app_.reset();
    return problem(started.error());
  }

  // For reloads, ours and those that the console orders.
  [[nodiscard]] ReadSettings read_settings() {
    std::unique_lock lock(mutex_);
    if (wanted_) return *wanted_->content_->settings;
    const auto source = configuration_.content_->source;
    lock.unlock();
    return files_.read(source);
  }
  void set_wanted(std::optional<Configuration> wanted) {
    const std::lock_guard lock(mutex_);
    wanted_ = std::move(wanted);
  }
  void set_configuration(const Configuration& configuration) {
    const std::lock_guard lock(mutex_);
    configuration_ = configuration;
  }

  // Until it is there. False: it will not come, or not in time.
  template <typename Value>
  [[nodiscard]] bool wait_for(const std::optional<Value>& value, std::optional<std::chrono::milliseconds> limit) {
    std::unique_lock lock(mutex_);
    const auto is_over = [this, &value] { return value.has_value() || phase_ == Phase::Ended; };
    if (limit) {
      news_.wait_for(lock, *limit, is_over);
    } else {
      news_.wait(lock, is_over);
    }
    return value.has_value();
  }

  mutable std::mutex mutex_;
  std::condition_variable news_;         // something under mutex_ has changed
  Phase phase_ = Phase::Made;            // under mutex_, like what follows
  Configuration configuration_;          // that the pooler has
  std::optional<Configuration> wanted_;  // while a reload is under way
  os::FileWatch files_;                  // of the configuration, as it was read last
  std::mutex reload_mutex_;              // taken before mutex_
  std::function<void()> ready_;
  os::Log log_;
  AtOnce at_once_;
  std::unique_ptr<App> app_;           // made by open(), there until the end
  std::vector<std::jthread> threads_;  // that of run(), after start()
};

Pooler::Pooler(const Configuration& configuration, LogSink log)
    : content_(std::make_unique<Content>(configuration, std::move(log))) {}

Pooler::~Pooler() = default;

void Pooler::on_ready(std::function<void()> ready) {
  content_->on_ready(std::move(ready));
}

Result<Done> Pooler::start() {
  return content_->start();
}

Result<Done> Pooler::open() {
  return content_->open();
}

void Pooler::run() {
  content_->run();
}

std::vector<std::string> Pooler::addresses() const {
  return content_->addresses();
}

std::uint16_t Pooler::port() const {
  return first_port(content_->addresses());
}

bool Pooler::is_running() const {
  return content_->is_running();
}

std::optional<PoolerState> Pooler::state() const {
  return content_->state();
}

Result<Reloaded> Pooler::reload(const Configuration& configuration) {
  return content_->reload(configuration);
}

Result<Reloaded> Pooler::reload() {
  const auto configuration = content_->configuration().read_again();
  if (!configuration) return configuration.problems();
  return content_->reload(*configuration);
}

void Pooler::drain() {
  content_->drain();
}

void Pooler::stop() {
  content_->stop();
}

bool Pooler::wait_for_end(std::chrono::milliseconds limit) {
  return content_->wait_for_end(limit);
}

void Pooler::wait_for_end() {
  content_->wait_for_end();
}

std::string_view version() {
  return HOWDAH_VERSION;
}

}  // namespace howdah
