// Where CancelRequests go: to the session here that has the key; a key that nobody has here is asked for elsewhere.
// One for all workers; any thread, but for add.
#pragma once

#include <algorithm>
#include <vector>

#include "daemon/cancel/cancel_hold.h"
#include "daemon/cancel/key_registry.h"
#include "protocol/startup.h"

namespace howdah::cancel {

// Whoever may have a key that is unknown here.
class Elsewhere {
 public:
  // Takes the request on, and keeps the hold until it is done or given up. False: the key is none of its own, or it has
  // no way to get there. Any thread.
  [[nodiscard]] virtual bool take(const protocol::CancelRequest& request, const CancelHold& hold) = 0;

 protected:
  ~Elsewhere() = default;
};

// Who brings a request.
enum class Bearer { Client, Peer };

class CancelDesk {
 public:
  explicit CancelDesk(const KeyRegistry& keys) : keys_(keys) {}

  // Asked in the order in which they were added, before the first request; must outlive the last one.
  void add(Elsewhere& elsewhere) { elsewhere_.push_back(&elsewhere); }

  // Lets go of `hold` where nobody takes the request on. What a peer brings goes to no other peer, so that no request
  // goes in circles.
  void take(const protocol::CancelRequest& request, Bearer bearer, const CancelHold& hold) const {
    if (keys_.request(request.process_id, request.key, hold)) return;
    if (bearer == Bearer::Client) {
      const auto takes = [&](Elsewhere* elsewhere) { return elsewhere->take(request, hold); };
      if (std::ranges::any_of(elsewhere_, takes)) return;
    }
    keys_.ask_other_process(request.process_id, request.key, hold);
  }

 private:
  const KeyRegistry& keys_;
  std::vector<Elsewhere*> elsewhere_;
};

}  // namespace howdah::cancel
