// A password that a command of the operator's prints (password_command), remembered for a while: for all pools of an
// entry, on all workers. Who asks while it runs waits for it. Any thread.
#pragma once

#include <mutex>
#include <optional>
#include <vector>

#include "config/settings.h"
#include "daemon/os/command.h"
#include "daemon/os/log.h"
#include "daemon/server/password_source.h"

namespace howdah::server {

class CommandPassword final : public PasswordSource {
 public:
  using Result = std::expected<os::CommandOutput, std::string>;
  struct Environment {
    std::function<bool(std::function<void()>)> off_load;  // to another thread; false: too much waits
    std::function<Result()> run;                          // blocks
    std::function<std::chrono::steady_clock::time_point()> now;
    os::Log& log;
  };
  CommandPassword(const config::DatabaseSettings& entry, Environment environment)
      : entry_(entry), environment_(std::move(environment)) {}

  void ask(worker::Mailbox& mailbox, Done done) override;
  [[nodiscard]] bool refuse(const LoginSecret& secret) override;

 private:
  using Answer = std::expected<LoginSecret, protocol::ErrorFields>;
  struct Waiting {
    worker::Mailbox* mailbox;
    Done done;
  };
  struct Known {
    protocol::SecretText password;
    std::chrono::steady_clock::time_point until;
  };

  void run();
  void tell_all(const Answer& answer);  // under the lock

  const config::DatabaseSettings& entry_;
  const Environment environment_;
  std::mutex mutex_;  // guards what follows
  std::optional<Known> known_;
  bool is_running_ = false;
  std::vector<Waiting> waiting_;
};

}  // namespace howdah::server
