#include "daemon/client/admission.h"

#include <utility>

namespace howdah::client {

Seat::Seat(Admission& admission, Kind kind, std::string name)
    : admission_(&admission), kind_(kind), name_(std::move(name)) {}

Seat::Seat(Seat&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), kind_(other.kind_), name_(std::move(other.name_)) {}

Seat& Seat::operator=(Seat&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  admission_ = std::exchange(other.admission_, nullptr);
  kind_ = other.kind_;
  name_ = std::move(other.name_);
  return *this;
}

void Seat::give_back() {
  if (auto* admission = std::exchange(admission_, nullptr)) admission->leave(kind_, name_);
}

std::optional<Seat> Admission::enter(int limit) {
  return enter(Seat::Kind::InAll, "", limit);
}

std::optional<Seat> Admission::enter_database(const std::string& name, int limit) {
  return enter(Seat::Kind::Database, name, limit);
}

std::optional<Seat> Admission::enter_user(const std::string& name, int limit) {
  return enter(Seat::Kind::User, name, limit);
}

std::optional<Seat> Admission::enter(Seat::Kind kind, const std::string& name, int limit) {
  const std::lock_guard lock(mutex_);
  auto& count = counts_of(kind)[name];
  if (limit > 0 && count >= limit) return std::nullopt;
  ++count;
  return Seat(*this, kind, name);
}

void Admission::leave(Seat::Kind kind, const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& counts = counts_of(kind);
  const auto found = counts.find(name);
  if (--found->second == 0) counts.erase(found);
}

int Admission::count() const {
  const std::lock_guard lock(mutex_);
  const auto found = in_all_.find("");
  return found == in_all_.end() ? 0 : found->second;
}

std::map<std::string, int>& Admission::counts_of(Seat::Kind kind) {
  switch (kind) {
    case Seat::Kind::InAll:
      return in_all_;
    case Seat::Kind::Database:
      return databases_;
    case Seat::Kind::User:
      break;
  }
  return users_;
}

}  // namespace howdah::client
