// How PostgreSQL answers requests, as far as the types of its replies go: the truth that OwedReplies is held
// against. Which outcome a request has is the caller's choice. (PostgreSQL: src/backend/tcop/postgres.c,
// commands/copyfromparse.c)
#pragma once

#include <string>
#include <string_view>

namespace howdah::tests {

class ModelBackend {
 public:
  // Takes one message, given by its type ('H': a Flush with a body; 's': a Sync with one), and a number that
  // picks among its outcomes; returns the types of its replies.
  std::string take(char type, unsigned outcome) {
    if (place_ == Place::CopyIn) return take_in_copy(type, outcome);
    if (place_ == Place::Skipping) return take_while_skipping(type);
    return take_in_the_open(type, outcome);
  }

  // Answers are complete, and no batch is open.
  [[nodiscard]] bool is_settled() const { return place_ == Place::Open && !is_unsynced_; }
  // It closed the connection over a message that has no place in a copy-in.
  [[nodiscard]] bool is_gone() const { return place_ == Place::Gone; }

 private:
  enum class Place { Open, Skipping, CopyIn, Gone };

  std::string take_in_the_open(char type, unsigned outcome) {
    if (type == 'd' || type == 'c' || type == 'f') return {};
    is_extended_ = type != 'Q' && type != 'F' && type != 'S' && type != 's';
    is_unsynced_ = is_extended_;
    if (type == 'H' || type == 's' || outcome % 4 == 3) return fail();
    switch (type) {
      case 'P':
        return "1";
      case 'B':
        return "2";
      case 'C':
        return "3";
      case 'D':
        return pick({"T", "n", "tT", "tn"}, outcome);
      case 'F':
        return "VZ";
      case 'S':
        return "Z";
      case 'E':
        return outcome % 8 == 5 ? begin_copy(outcome) : pick({"C", "DDC", "I", "s", "HdcC", "Ds", "NC"}, outcome);
      default:
        return outcome % 8 == 5 ? begin_copy(outcome)
                                : pick({"CZ", "TDCZ", "IZ", "TDCCZ", "HdcCZ", "TDEZ", "CNSZ"}, outcome);
    }
  }

  std::string take_while_skipping(char type) {
    if (type != 'S' && type != 's') return {};
    place_ = Place::Open;
    return take_in_the_open(type, 0);
  }

  std::string take_in_copy(char type, unsigned outcome) {
    switch (type) {
      case 'S':
      case 's':
      case 'H':
        return {};
      case 'd':
        return outcome % 8 == 7 ? fail() : "";
      case 'c':
        return outcome % 4 == 3 ? fail() : end_copy(outcome);
      case 'f':
        return fail();
      default:
        place_ = Place::Gone;
        return "EE";
    }
  }

  // Some fail before they read anything.
  std::string begin_copy(unsigned outcome) {
    place_ = Place::CopyIn;
    return outcome % 32 == 13 ? "G" + fail() : "G";
  }

  // A Query may hold a second one.
  std::string end_copy(unsigned outcome) {
    if (!is_extended_ && outcome % 8 == 1) return "CG";
    place_ = Place::Open;
    return is_extended_ ? "C" : "CZ";
  }

  std::string fail() {
    place_ = is_extended_ ? Place::Skipping : Place::Open;
    is_unsynced_ = is_extended_;
    return is_extended_ ? "E" : "EZ";
  }

  static std::string pick(std::initializer_list<std::string_view> outcomes, unsigned outcome) {
    return std::string(*(outcomes.begin() + outcome / 4 % outcomes.size()));
  }

  Place place_ = Place::Open;
  bool is_extended_ = false;  // the last message belongs to a batch, which an error skips to its end
  bool is_unsynced_ = false;
};

}  // namespace howdah::tests
