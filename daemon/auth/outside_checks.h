// The threads on which PAM, LDAP and the system's users are asked. Bounded in threads and in queue. Nobody can stop a
// module of PAM: one that never answers keeps its thread, and the end of the program does not wait for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "daemon/auth/errand.h"
#include "daemon/worker/mailbox.h"

namespace howdah::auth {

class OutsideChecks {
 public:
  using Clock = std::chrono::steady_clock;

  // `patience`: so long the end waits for what is running.
  OutsideChecks(std::size_t thread_count, std::size_t most_waiting, Clock::duration patience = std::chrono::seconds(1));
  // What has not begun is dropped. What goes on for longer than the patience is left alone, and its answer is nobody's.
  ~OutsideChecks();
  OutsideChecks(const OutsideChecks&) = delete;
  OutsideChecks& operator=(const OutsideChecks&) = delete;

  // `done` is called by a letter to `mailbox`, which must outlive this object, once the answer is there and its delay
  // is over. False: too many wait. Any thread.
  [[nodiscard]] bool ask(OutsideWork work, worker::Mailbox& mailbox, ErrandRunner::Done done);

 private:
  class Desk;  // outlives the object where a thread is left alone

  const Clock::duration patience_;
  const std::shared_ptr<Desk> desk_;
  std::vector<std::thread> threads_;
};

}  // namespace howdah::auth
