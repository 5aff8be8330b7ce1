#include "daemon/errands.h"

#include <utility>

namespace howdah {

Errands::Errands(worker::Worker& worker, Commons& commons, OffloadThreads& threads, server::BackendConnector& connector)
    : worker_(worker),
      threads_(threads),
      backend_trials_({.settings = commons.settings,
                       .agenda = worker.agenda(),
                       .mailbox = worker,
                       .connector = connector,
                       .hash = [&threads](auto work) { return threads.password_checks.submit(std::move(work)); },
                       .remembered = commons.remembered_passwords,
                       .random = commons.random,
                       .log = commons.log}) {}

bool Errands::run(auth::Errand errand, Done done) {
  if (auto* work = std::get_if<auth::HashWork>(&errand)) {
    return submit(threads_.password_checks, std::move(work->run), std::move(done));
  }
  if (auto* work = std::get_if<auth::OutsideWork>(&errand)) {
    return threads_.outside_checks.ask(std::move(*work), worker_, std::move(done));
  }
  if (auto* login = std::get_if<auth::BackendLogin>(&errand)) {
    return backend_trials_.run(std::move(*login), std::move(done));
  }
  if (auto* look_up = std::get_if<auth::SecretLookUp>(&errand)) {
    return threads_.auth_queries.ask(*look_up, worker_, std::move(done));
  }
  return false;
}

bool Errands::submit(worker::Offload& threads, std::function<auth::Answer()> work, Done done) {
  return threads.submit([this, work = std::move(work), done = std::move(done)] {
    worker_.post([done, answer = work()] { done(answer); });
  });
}

}  // namespace howdah
