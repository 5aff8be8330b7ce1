// Cancel requests while two processes have the clients of one: what is not known here is asked of the other one. A
// client that moves meanwhile is found: who answers "not here" has told before that he gave it away. The thread of the
// first worker, but for what the registry calls.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "daemon/cancel/key_registry.h"
#include "daemon/takeover/messages.h"
#include "daemon/worker/mailbox.h"

namespace howdah::takeover {

class CancelExchange {
 public:
  using Send = std::function<void(const Message&)>;

  // While this lives the registry asks the other process. All must outlive it; `home` is the mailbox of this thread.
  CancelExchange(cancel::KeyRegistry& keys, worker::Mailbox& home, Send send);
  ~CancelExchange();
  CancelExchange(const CancelExchange&) = delete;
  CancelExchange& operator=(const CancelExchange&) = delete;

  // A Cancel or a CancelDone of the other process; others are passed over.
  void take(const Message& message);

 private:
  struct Asked {
    cancel::CancelKey key;
    cancel::CancelHold hold;
  };

  void ask(const cancel::CancelKey& key, cancel::CancelHold hold);
  void answer(std::uint64_t number, bool is_found);

  cancel::KeyRegistry& keys_;
  worker::Mailbox& home_;
  Send send_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, Asked> asked_;
  std::shared_ptr<CancelExchange*> ticket_ = std::make_shared<CancelExchange*>(this);
};

}  // namespace howdah::takeover
