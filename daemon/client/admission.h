// How many clients there may be: in all, per database and per user. One for all workers.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "config/settings.h"
#include "protocol/error_fields.h"

namespace howdah::client {

class Admission;

// A client's right to be here; given back by its destructor.
class [[nodiscard]] Seat {
 public:
  Seat() = default;
  Seat(Seat&& other) noexcept;
  Seat& operator=(Seat&& other) noexcept;
  ~Seat() { give_back(); }

 private:
  friend class Admission;
  enum class Kind { InAll, Database, User };
  Seat(Admission& admission, Kind kind, std::string name);
  void give_back();

  Admission* admission_ = nullptr;
  Kind kind_ = Kind::InAll;
  std::string name_;
};

class Admission {
 public:
  // Nothing where the limit is reached; a limit of 0 is none.
  [[nodiscard]] std::optional<Seat> enter(int limit);
  [[nodiscard]] std::optional<Seat> enter_database(const std::string& name, int limit);
  [[nodiscard]] std::optional<Seat> enter_user(const std::string& name, int limit);
  [[nodiscard]] int count() const;

 private:
  friend class Seat;
  [[nodiscard]] std::optional<Seat> enter(Seat::Kind kind, const std::string& name, int limit);
  void leave(Seat::Kind kind, const std::string& name);
  [[nodiscard]] std::map<std::string, int>& counts_of(Seat::Kind kind);

  mutable std::mutex mutex_;
  std::map<std::string, int> in_all_;
  std::map<std::string, int> databases_;
  std::map<std::string, int> users_;
};

}  // namespace howdah::client
