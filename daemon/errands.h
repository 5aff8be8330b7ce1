// Does the errands of the log-ins of one worker. (auth/errand.h)
#pragma once

#include "daemon/auth/backend_trials.h"
#include "daemon/auth/errand.h"
#include "daemon/commons.h"
#include "daemon/worker/worker.h"

namespace howdah {

class Errands final : public auth::ErrandRunner {
 public:
  // `connector`: for log-ins as a client.
  Errands(worker::Worker& worker, Commons& commons, OffloadThreads& threads, server::BackendConnector& connector);

  [[nodiscard]] bool run(auth::Errand errand, Done done) override;
  // For what is asked from now on.
  void adopt(const std::shared_ptr<const config::Settings>& settings) { backend_trials_.adopt(settings); }

 private:
  [[nodiscard]] bool submit(worker::Offload& threads, std::function<auth::Answer()> work, Done done);

  worker::Worker& worker_;
  OffloadThreads& threads_;
  auth::BackendTrials backend_trials_;
};

}  // namespace howdah
