// What was run of each statement, counted by its fingerprint (protocol/fingerprint.h), for all pools of one worker.
// Holds so many statements at most; where one too many comes, those that took the least of the servers' time lately go.
// That some text is one of those known costs a comparison with one of them. One worker's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/stats/snapshot.h"
#include "protocol/statement.h"

namespace howdah::stats {

// As people read it: 16 hexadecimal digits.
[[nodiscard]] std::string fingerprint_text(std::uint64_t fingerprint);

// Whose statements: the table knows it by its address, so it stays where it is.
struct StatementOwner {
  std::string database;
  std::string user;
};

// Counts of one statement.
struct StatementCounts {
  std::uint64_t calls = 0;
  std::uint64_t errors = 0;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t wait_microseconds = 0;
  std::uint64_t server_microseconds = 0;
  std::uint64_t longest_microseconds = 0;
};

class StatementTable {
 public:
  // Statements are cut at this.
  static constexpr std::size_t kMostTextBytes = 1000;

  struct Place {
    std::uint32_t generation = 0;  // how many statements have had it
    const StatementOwner* owner = nullptr;
    std::uint64_t fingerprint = 0;
    std::string text;
    StatementCounts counts;
    std::uint64_t usage = 0;  // of the servers' time, in microseconds: half of what it was at the last eviction
    std::uint64_t used_before = 0;
  };

  // A statement of the table; stays valid, and says so when it has gone from there.
  class Reference {
   public:
    Reference() = default;
    explicit Reference(Place& place) : place_(&place), generation_(place.generation) {}
    // Null: none, or gone.
    [[nodiscard]] StatementCounts* counts() const { return is_there() ? &place_->counts : nullptr; }
    [[nodiscard]] std::string_view text() const { return is_there() ? std::string_view(place_->text) : ""; }
    [[nodiscard]] std::uint64_t fingerprint() const { return is_there() ? place_->fingerprint : 0; }
    bool operator==(const Reference&) const = default;

   private:
    [[nodiscard]] bool is_there() const { return place_ != nullptr && place_->generation == generation_; }

    Place* place_ = nullptr;
    std::uint32_t generation_ = 0;
  };

  // `most`: at least 1, in statements.
  explicit StatementTable(std::size_t most) : most_(most) {}
  StatementTable(const StatementTable&) = delete;
  StatementTable& operator=(const StatementTable&) = delete;

  void set_most(std::size_t most);
  [[nodiscard]] Reference of(const StatementOwner& owner, std::string_view text);
  // The same, of a prepared one.
  [[nodiscard]] Reference of(const StatementOwner& owner, const protocol::Statement& statement);
  // Of those whose text did not come whole.
  [[nodiscard]] Reference of_long_text(const StatementOwner& owner);

  [[nodiscard]] std::size_t size() const { return by_key_.size(); }
  // In no order.
  [[nodiscard]] std::vector<StatementSnapshot> snapshots() const;

 private:
  struct Key {
    const StatementOwner* owner;
    std::uint64_t fingerprint;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.fingerprint ^ reinterpret_cast<std::size_t>(key.owner); }
  };
  // What was asked for lately: most texts come again and again.
  struct KnownText {
    const StatementOwner* owner = nullptr;
    std::string text;
    Reference reference;
  };
  struct KnownNumber {
    const StatementOwner* owner = nullptr;
    std::uint64_t number = 0;
    Reference reference;
  };
  static constexpr std::size_t kMostKnown = 1024;  // of each kind, a power of two

  [[nodiscard]] Reference of_short_text(const StatementOwner& owner, std::string_view text);
  template <typename Find>
  [[nodiscard]] static Reference of_number(std::vector<KnownNumber>& known_numbers, const StatementOwner& owner,
                                           std::uint64_t number, Find find);
  [[nodiscard]] Reference find_or_add_text(const StatementOwner& owner, std::string_view text);
  [[nodiscard]] Reference find_or_add(const StatementOwner& owner, std::string_view folded);
  [[nodiscard]] Place& free_place();
  void evict();
  void drop(Place& place);

  std::size_t most_;
  std::deque<Place> places_;  // never fewer: references lead there
  std::vector<Place*> free_;
  std::unordered_map<Key, Place*, KeyHash> by_key_;
  std::vector<KnownText> known_texts_;
  std::vector<KnownNumber> known_long_texts_;  // by their hash
  std::vector<KnownNumber> known_statements_;
  std::string folded_;
};

}  // namespace howdah::stats
