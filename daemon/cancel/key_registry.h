// The cancel keys that clients hold, and the way of a CancelRequest to the session that it means. One for all workers.
// (PostgreSQL documentation: "Canceling Requests in Progress", BackendKeyData in "Message Formats")
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "daemon/cancel/cancel_hold.h"
#include "daemon/os/random.h"
#include "daemon/worker/mailbox.h"
#include "protocol/bytes.h"

namespace howdah::cancel {

// Whose request is cancelled.
class CancelTarget {
 public:
  // Called on the target's own worker.
  virtual void on_cancel_request(CancelHold hold) = 0;

  // Of that worker. Any thread, as long as the target has a key.
  [[nodiscard]] virtual worker::Mailbox& cancel_mailbox() const = 0;

 protected:
  ~CancelTarget() = default;
};

// What a client is told in BackendKeyData.
struct CancelKey {
  std::int32_t process_id = 0;
  std::string secret;
};

class KeyRegistry {
 public:
  explicit KeyRegistry(os::RandomSource& random) : random_(random) {}

  // A key for `target`; to be removed on its worker before the target goes.
  // `process_id`: of a server, which other keys may have too; 0: one that no process has. The secret is none that goes
  // with it already. `secret_bytes`: 4, or 32 with protocol 3.2.
  [[nodiscard]] CancelKey add(CancelTarget& target, std::int32_t process_id, std::size_t secret_bytes);
  // One that the target's client has been told by another process.
  void adopt(const CancelKey& key, CancelTarget& target);
  void remove(std::int32_t process_id, const CancelTarget& target);
  // Of a target that has one.
  [[nodiscard]] CancelKey key_of(std::int32_t process_id, const CancelTarget& target) const;
  // One more key may have it. Whoever guesses at secrets has a chance for each key of one process id: they stay few.
  [[nodiscard]] bool may_share(std::int32_t process_id) const;

  // Tells the target of a request, on its own worker; where there is none, whoever may know it; else lets go of `hold`.
  // Any thread. Secrets are compared in constant time.
  void request(std::int32_t process_id, protocol::Bytes secret, CancelHold hold) const;
  // Asks nobody else. False: there is no such key.
  [[nodiscard]] bool request_here(std::int32_t process_id, protocol::Bytes secret, CancelHold hold) const;

  // Another process, whose keys may come to us: called on any thread with what is not known here. Empty: there is none.
  using Elsewhere = std::function<void(const CancelKey& key, CancelHold hold)>;
  void set_elsewhere(Elsewhere elsewhere);

 private:
  static constexpr std::size_t kMostOfOneProcess = 100;

  struct Entry {
    std::string secret;
    CancelTarget* target;
  };

  // Null where there is none.
  [[nodiscard]] worker::Mailbox* mailbox_of(std::int32_t process_id, protocol::Bytes secret) const;
  [[nodiscard]] CancelTarget* target_of(std::int32_t process_id, protocol::Bytes secret) const;
  [[nodiscard]] CancelTarget* find(std::int32_t process_id, protocol::Bytes secret) const;  // under mutex_
  [[nodiscard]] std::int32_t unused_process_id();
  void ask_elsewhere(std::int32_t process_id, protocol::Bytes secret, CancelHold hold) const;

  mutable std::mutex mutex_;
  os::RandomSource& random_;
  std::unordered_multimap<std::int32_t, Entry> entries_;  // several sessions may have been told the same process id
  std::shared_ptr<const Elsewhere> elsewhere_;            // under mutex_; null: none
};

}  // namespace howdah::cancel
