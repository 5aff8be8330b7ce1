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

// The number of the instance that gave such a key out, if it was one that has a number.
[[nodiscard]] inline int instance_of(protocol::Bytes secret) {
  return secret.empty() ? 0 : static_cast<std::uint8_t>(secret.front());
}

class KeyRegistry {
 public:
  explicit KeyRegistry(os::RandomSource& random) : random_(random) {}

  // A key for `target`; to be removed on its worker before the target goes.
  // `process_id`: of a server, which other keys may have too; 0: one that no process has. The secret is none that goes
  // with it already. `secret_bytes`: 4, or 32 with protocol 3.2. `instance`: its first byte; 0: that is random too.
  [[nodiscard]] CancelKey add(CancelTarget& target, std::int32_t process_id, std::size_t secret_bytes,
                              std::uint8_t instance = 0);
  // One that the target's client has been told by another process.
  void adopt(const CancelKey& key, CancelTarget& target);
  void remove(std::int32_t process_id, const CancelTarget& target);
  // Of a target that has one.
  [[nodiscard]] CancelKey key_of(std::int32_t process_id, const CancelTarget& target) const;
  // One more key of this kind may have it. Whoever guesses at secrets has a chance for each key of one process id: they
  // stay few, and where three bytes are all there is to guess the process id is for one client only.
  [[nodiscard]] bool may_share(std::int32_t process_id, std::size_t secret_bytes, std::uint8_t instance = 0) const;

  // Tells the target of a request, on its own worker; false, and `hold` is let go of: the key is unknown here. Any
  // thread. Secrets are compared in constant time.
  bool request(std::int32_t process_id, protocol::Bytes secret, CancelHold hold) const;

  // Another process that has clients of this instance, and whose keys may come to us, as ours to it: called on any
  // thread. Empty: there is none.
  using OtherProcess = std::function<void(const CancelKey& key, CancelHold hold)>;
  void set_other_process(OtherProcess other_process);
  // With a key that is not known here. Lets go of `hold` where there is none.
  void ask_other_process(std::int32_t process_id, protocol::Bytes secret, CancelHold hold) const;

 private:
  static constexpr std::size_t kMostOfOneProcess = 100;
  static constexpr std::size_t kFewSecretBytes = 4;

  struct Entry {
    std::string secret;
    CancelTarget* target;
  };

  // Null where there is none.
  [[nodiscard]] worker::Mailbox* mailbox_of(std::int32_t process_id, protocol::Bytes secret) const;
  [[nodiscard]] CancelTarget* target_of(std::int32_t process_id, protocol::Bytes secret) const;
  [[nodiscard]] CancelTarget* find(std::int32_t process_id, protocol::Bytes secret) const;  // under mutex_
  [[nodiscard]] std::int32_t unused_process_id();

  mutable std::mutex mutex_;
  os::RandomSource& random_;
  std::unordered_multimap<std::int32_t, Entry> entries_;  // several sessions may have been told the same process id
  std::shared_ptr<const OtherProcess> other_process_;     // under mutex_; null: none
};

}  // namespace howdah::cancel
