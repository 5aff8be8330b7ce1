// What the console can have done, as values: who gives an order, and who carries it out.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/admin/trace_command.h"
#include "daemon/worker/mailbox.h"
#include "protocol/error_fields.h"

namespace howdah::admin {

struct Order {
  enum class Kind {
    Pause,
    Resume,
    Disable,
    Enable,
    Kill,
    KillClient,
    Reconnect,
    WaitClose,
    Reload,
    Set,
    Shutdown,
    Trace
  };
  enum class Shutdown { Now, WaitForServers, WaitForClients };
  Kind kind = Kind::Resume;
  std::string database = {};  // as clients call it; empty: all
  std::uint64_t client = 0;   // of KillClient: as SHOW CLIENTS tells it
  std::string option = {};    // of Set: its path, as SHOW CONFIG tells it
  std::string value = {};
  Shutdown shutdown = Shutdown::Now;
  TraceOrder trace = {};
  std::string by = {};  // the administrator
};

struct Outcome {
  std::vector<protocol::ErrorFields> errors = {};   // at most one; then it was not done
  std::vector<protocol::ErrorFields> notices = {};  // what else there is to know
};

// An order may take as long as clients do. Who gave it holds on to this, and so does who waits for it. Any thread.
class Ticket {
 public:
  enum class State : std::uint8_t {
    Wanted,
    Cancelled,  // the administrator wants it undone, as far as that can be, and hears so
    Left        // nobody wants to hear of it any more; what was ordered stays ordered
  };
  [[nodiscard]] State state() const { return state_; }
  void set(State state) { state_ = state; }

 private:
  std::atomic<State> state_ = State::Wanted;
};

// The one side of the console that changes anything. Any thread.
class Actions {
 public:
  using Done = std::move_only_function<void(Outcome)>;
  // `done` comes once, by letter to the asker, never inside this call; not at all where the ticket
  // says Left.
  virtual void carry_out(Order order, std::shared_ptr<Ticket> ticket, worker::Mailbox& asker, Done done) = 0;

 protected:
  ~Actions() = default;
};

}  // namespace howdah::admin
