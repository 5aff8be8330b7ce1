#include "daemon/client/admission.h"

namespace howdah::client {

Seat& Seat::operator=(Seat&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  admission_ = std::exchange(other.admission_, nullptr);
  count_ = other.count_;
  return *this;
}

void Seat::give_back() {
  if (auto* admission = std::exchange(admission_, nullptr)) admission->leave(count_);
}

Seat Admission::enter(int limit) {
  return enter(Seat::Kind::InAll, "", limit);
}

Seat Admission::enter_database(const std::string& name, int limit) {
  return enter(Seat::Kind::Database, name, limit);
}

Seat Admission::enter_user(const std::string& name, int limit) {
  return enter(Seat::Kind::User, name, limit);
}

Seat Admission::enter_login(int limit) {
  return enter(Seat::Kind::LoggingIn, "", limit);
}

Seat Admission::enter_address(const std::string& address, int limit) {
  return enter(Seat::Kind::Address, address, limit);
}

Seat Admission::enter(Seat::Kind kind, const std::string& name, int limit) {
  const std::lock_guard lock(mutex_);
  const auto count = counts_.try_emplace({kind, name}, 0).first;
  if (limit > 0 && count->second >= limit) return {};
  ++count->second;
  return {*this, count};
}

void Admission::leave(Seat::Counts::iterator count) {
  const std::lock_guard lock(mutex_);
  if (--count->second == 0) counts_.erase(count);
}

int Admission::count_of(Seat::Kind kind) const {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find({kind, ""});
  return found == counts_.end() ? 0 : found->second;
}

}  // namespace howdah::client
