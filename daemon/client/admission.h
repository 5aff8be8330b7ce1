// How many clients there may be: in all, per database and per user, and before they have logged in per address. One for
// all workers.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace howdah::client {

class Admission;

// A client's right to be here; given back by its destructor. May be none. A client holds its seats as long as it is
// there, so they are small: the name is kept once for all who have a seat under it.
class [[nodiscard]] Seat {
 public:
  Seat() = default;
  Seat(Seat&& other) noexcept : admission_(std::exchange(other.admission_, nullptr)), count_(other.count_) {}
  Seat& operator=(Seat&& other) noexcept;
  ~Seat() { give_back(); }

  [[nodiscard]] bool is_taken() const { return admission_ != nullptr; }
  // Of the database or the user. There must be a seat.
  [[nodiscard]] const std::string& name() const { return count_->first.second; }
  void give_back();

 private:
  friend class Admission;
  enum class Kind { InAll, Database, User, LoggingIn, Address, Console };
  using Counts = std::map<std::pair<Kind, std::string>, int>;
  Seat(Admission& admission, Counts::iterator count) : admission_(&admission), count_(count) {}

  Admission* admission_ = nullptr;  // null: none
  Counts::iterator count_{};
};

class Admission {
 public:
  // No seat where the limit is reached; a limit of 0 is none.
  [[nodiscard]] Seat enter(int limit);
  [[nodiscard]] Seat enter_database(const std::string& name, int limit);
  [[nodiscard]] Seat enter_user(const std::string& name, int limit);
  [[nodiscard]] Seat enter_login(int limit);
  // `address`: as in PeerAddress::bytes.
  [[nodiscard]] Seat enter_address(const std::string& address, int limit);
  [[nodiscard]] Seat enter_console() { return enter(Seat::Kind::Console, "", 0); }
  [[nodiscard]] int count() const { return count_of(Seat::Kind::InAll); }
  [[nodiscard]] int console_count() const { return count_of(Seat::Kind::Console); }

 private:
  friend class Seat;
  [[nodiscard]] Seat enter(Seat::Kind kind, const std::string& name, int limit);
  void leave(Seat::Counts::iterator count);
  [[nodiscard]] int count_of(Seat::Kind kind) const;

  mutable std::mutex mutex_;
  Seat::Counts counts_;  // under mutex_, but for the names
};

}  // namespace howdah::client
