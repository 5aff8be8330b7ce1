// The way of the clients of one worker to the giver on the first one. Made there, shared with the worker.
#pragma once

#include <functional>
#include <string>

#include "daemon/client/session_registry.h"
#include "daemon/io/unique_fd.h"
#include "daemon/worker/mailbox.h"

namespace howdah::takeover {

class Departures final : public client::SessionRegistry::Departures {
 public:
  struct Client {
    std::size_t worker;  // where it is
    std::uint64_t id;
    std::string message;
    io::UniqueFd fd;  // closed: there was no descriptor left for it
  };
  // Called by letter to `home`.
  using Deliver = std::function<void(Client client)>;

  Departures(std::size_t worker, worker::Mailbox& home, Deliver deliver)
      : worker_(worker), home_(home), deliver_(std::move(deliver)) {}

  void depart(client::HandedClient client, int descriptor) override;

 private:
  const std::size_t worker_;
  worker::Mailbox& home_;
  const Deliver deliver_;
};

}  // namespace howdah::takeover
