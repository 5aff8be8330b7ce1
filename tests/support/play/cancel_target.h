// Somebody whose requests can be cancelled: counts that.
#pragma once

#include "daemon/cancel/key_registry.h"

namespace howdah::tests {

struct CancelTarget final : cancel::CancelTarget {
  explicit CancelTarget(worker::Mailbox& its_mailbox) : mailbox(its_mailbox) {}
  void on_cancel_request(cancel::CancelHold /*hold*/) override { ++requests; }
  [[nodiscard]] worker::Mailbox& cancel_mailbox() const override { return mailbox; }

  worker::Mailbox& mailbox;
  int requests = 0;
};

}  // namespace howdah::tests
