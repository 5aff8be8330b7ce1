#include "daemon/cancel/key_registry.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "protocol/crypto.h"

namespace howdah::cancel {

namespace {

// Linux gives processes no higher number than this.
constexpr std::int32_t kFirstUnusedByProcesses = 1 << 22;

}  // namespace

CancelKey KeyRegistry::add(CancelTarget& target, std::int32_t process_id, std::size_t secret_bytes,
                           std::uint8_t instance) {
  CancelKey key{.process_id = process_id, .secret = std::string(secret_bytes, '\0')};
  const std::lock_guard lock(mutex_);
  if (key.process_id == 0) key.process_id = unused_process_id();
  do {
    random_.fill(std::as_writable_bytes(std::span(key.secret)));
    if (instance != 0) key.secret.front() = static_cast<char>(instance);
  } while (find(key.process_id, key.secret) != nullptr);
  entries_.emplace(key.process_id, Entry{.secret = key.secret, .target = &target});
  return key;
}

void KeyRegistry::adopt(const CancelKey& key, CancelTarget& target) {
  const std::lock_guard lock(mutex_);
  entries_.emplace(key.process_id, Entry{.secret = key.secret, .target = &target});
}

CancelKey KeyRegistry::key_of(std::int32_t process_id, const CancelTarget& target) const {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = entries_.equal_range(process_id);
  const auto found = std::find_if(first, last, [&](const auto& entry) { return entry.second.target == &target; });
  return {.process_id = process_id, .secret = found == last ? "" : found->second.secret};
}

void KeyRegistry::set_other_process(OtherProcess other_process) {
  auto made = other_process ? std::make_shared<const OtherProcess>(std::move(other_process)) : nullptr;
  const std::lock_guard lock(mutex_);
  other_process_.swap(made);
}

void KeyRegistry::remove(std::int32_t process_id, const CancelTarget& target) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = entries_.equal_range(process_id);
  for (auto entry = first; entry != last; ++entry) {
    if (entry->second.target != &target) continue;
    entries_.erase(entry);
    return;
  }
}

bool KeyRegistry::may_share(std::int32_t process_id, std::size_t secret_bytes, std::uint8_t instance) const {
  const bool is_weak = instance != 0 && secret_bytes <= kFewSecretBytes;
  const std::lock_guard lock(mutex_);
  return entries_.count(process_id) < (is_weak ? 1 : kMostOfOneProcess);
}

bool KeyRegistry::request(std::int32_t process_id, protocol::Bytes secret, CancelHold hold) const {
  auto* mailbox = mailbox_of(process_id, secret);
  if (mailbox == nullptr) return false;
  // On its worker it is looked for again: only there it cannot go away in between.
  mailbox->post([this, process_id, secret = std::string(secret), hold = std::move(hold)] {
    if (auto* target = target_of(process_id, secret)) return target->on_cancel_request(hold);
    ask_other_process(process_id, secret, hold);
  });
  return true;
}

void KeyRegistry::ask_other_process(std::int32_t process_id, protocol::Bytes secret, CancelHold hold) const {
  std::shared_ptr<const OtherProcess> other_process;
  {
    const std::lock_guard lock(mutex_);
    other_process = other_process_;
  }
  if (other_process) (*other_process)({.process_id = process_id, .secret = std::string(secret)}, std::move(hold));
}

worker::Mailbox* KeyRegistry::mailbox_of(std::int32_t process_id, protocol::Bytes secret) const {
  const std::lock_guard lock(mutex_);
  const auto* target = find(process_id, secret);
  return target == nullptr ? nullptr : &target->cancel_mailbox();
}

CancelTarget* KeyRegistry::target_of(std::int32_t process_id, protocol::Bytes secret) const {
  const std::lock_guard lock(mutex_);
  return find(process_id, secret);
}

CancelTarget* KeyRegistry::find(std::int32_t process_id, protocol::Bytes secret) const {
  const auto [first, last] = entries_.equal_range(process_id);
  for (auto entry = first; entry != last; ++entry) {
    if (protocol::is_equal_in_constant_time(entry->second.secret, secret)) return entry->second.target;
  }
  return nullptr;
}

std::int32_t KeyRegistry::unused_process_id() {
  while (true) {
    std::uint32_t bits = 0;
    random_.fill(std::as_writable_bytes(std::span(&bits, 1)));
    const auto id = static_cast<std::int32_t>(bits & 0x7fffffff);
    if (id >= kFirstUnusedByProcesses && !entries_.contains(id)) return id;
  }
}

}  // namespace howdah::cancel
