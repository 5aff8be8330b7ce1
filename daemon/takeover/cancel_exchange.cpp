#include "daemon/takeover/cancel_exchange.h"

#include <atomic>
#include <utility>

namespace howdah::takeover {

using cancel::CancelHold;
using cancel::CancelKey;

CancelExchange::CancelExchange(cancel::KeyRegistry& keys, worker::Mailbox& home, Send send)
    : keys_(keys), home_(home), send_(std::move(send)) {
  keys_.set_other_process([&home, ticket = ticket_](const CancelKey& key, CancelHold hold) {
    home.post([ticket, key, hold = std::move(hold)]() mutable {
      if (*ticket != nullptr) (*ticket)->ask(key, std::move(hold));
    });
  });
}

CancelExchange::~CancelExchange() {
  *ticket_ = nullptr;
  keys_.set_other_process({});
}

void CancelExchange::ask(const CancelKey& key, CancelHold hold) {
  Message message{.kind = MessageKind::Cancel};
  message.record.add(Tag::Number, ++last_number_)
      .add(Tag::KeyNumber, static_cast<std::uint64_t>(static_cast<std::uint32_t>(key.process_id)))
      .add(Tag::KeySecret, key.secret);
  asked_.emplace(last_number_, Asked{.key = key, .hold = std::move(hold)});
  send_(message);
}

void CancelExchange::answer(std::uint64_t number, bool is_found) {
  Message message{.kind = MessageKind::CancelDone};
  message.record.add(Tag::Number, number).add_flag(Tag::IsFound, is_found);
  send_(message);
}

void CancelExchange::take(const Message& message) {
  const auto number = message.record.number(Tag::Number);
  if (!number) return;
  if (message.kind == MessageKind::CancelDone) {
    const auto asked = asked_.extract(*number);
    if (asked.empty() || message.record.flag(Tag::IsFound)) return;
    (void)keys_.request(asked.mapped().key.process_id, asked.mapped().key.secret, asked.mapped().hold);
    return;
  }
  const auto key_number = message.record.number(Tag::KeyNumber);
  const auto secret = message.record.text(Tag::KeySecret);
  if (message.kind != MessageKind::Cancel || !key_number || !secret) return;
  const auto is_found = std::make_shared<std::atomic<bool>>(true);
  const auto done = [&home = home_, ticket = ticket_, number = *number, is_found](const void*) {
    home.post([ticket, number, is_found] {
      if (*ticket != nullptr) (*ticket)->answer(number, *is_found);
    });
  };
  CancelHold hold(nullptr, done);
  if (!keys_.request(static_cast<std::int32_t>(*key_number), *secret, hold)) *is_found = false;
}

}  // namespace howdah::takeover
