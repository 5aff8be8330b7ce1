#include "daemon/stats/statement_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "protocol/fingerprint.h"
#include "protocol/statement_messages.h"

namespace howdah::stats {

namespace {

constexpr std::string_view kLongText = "(a text that is too long)";

// The text up to its limit, and no part of a character at its end.
std::string_view cut_text(std::string_view text) {
  if (text.size() <= StatementTable::kMostTextBytes) return text;
  auto size = StatementTable::kMostTextBytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return text.substr(0, size);
}

std::uint64_t word_at(std::string_view text, std::size_t place) {
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + place, sizeof word);
  return word;
}

// A number for a place in a table where texts are compared: of the size and some of the bytes.
std::size_t sample(std::string_view text) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  if (text.size() < sizeof(std::uint64_t)) return std::hash<std::string_view>()(text);
  const auto last = text.size() - sizeof(std::uint64_t);
  auto number = word_at(text, 0) * kFactor ^ word_at(text, last / 2) * kFactor ^ text.size();
  number = (number ^ number >> 32U) * kFactor + word_at(text, last);
  return (number * kFactor) >> 32U;
}

}  // namespace

std::string fingerprint_text(std::uint64_t fingerprint) {
  return fmt::format("{:016x}", fingerprint);
}

void StatementTable::set_most(std::size_t most) {
  most_ = most;
  while (by_key_.size() > most_) evict();
}

StatementTable::Reference StatementTable::of(const StatementOwner& owner, std::string_view text) {
  if (text.size() <= kMostTextBytes) return of_short_text(owner, text);
  return of_number(known_long_texts_, owner, std::hash<std::string_view>()(text),
                   [&] { return find_or_add_text(owner, text); });
}

StatementTable::Reference StatementTable::of_short_text(const StatementOwner& owner, std::string_view text) {
  if (known_texts_.empty()) known_texts_.resize(kMostKnown);
  auto& known = known_texts_[sample(text) % kMostKnown];
  if (known.text == text && known.owner == &owner && known.reference.counts() != nullptr) return known.reference;
  known.owner = &owner;
  known.text = text;
  known.reference = find_or_add_text(owner, text);
  return known.reference;
}

StatementTable::Reference StatementTable::of(const StatementOwner& owner, const protocol::Statement& statement) {
  return of_number(known_statements_, owner, statement.number(),
                   [&] { return of(owner, protocol::statement_text(statement.definition())); });
}

template <typename Find>
StatementTable::Reference StatementTable::of_number(std::vector<KnownNumber>& known_numbers,
                                                    const StatementOwner& owner, std::uint64_t number, Find find) {
  if (known_numbers.empty()) known_numbers.resize(kMostKnown);
  auto& known = known_numbers[number % kMostKnown];
  const bool is_known = known.number == number && known.owner == &owner && known.reference.counts() != nullptr;
  if (!is_known) known = {.owner = &owner, .number = number, .reference = find()};
  return known.reference;
}

StatementTable::Reference StatementTable::of_long_text(const StatementOwner& owner) {
  return find_or_add(owner, kLongText);
}

StatementTable::Reference StatementTable::find_or_add_text(const StatementOwner& owner, std::string_view text) {
  protocol::fold_statement(text, folded_);
  return find_or_add(owner, folded_);
}

StatementTable::Reference StatementTable::find_or_add(const StatementOwner& owner, std::string_view folded) {
  const Key key{.owner = &owner, .fingerprint = protocol::fingerprint(folded)};
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) return Reference(*found->second);
  auto& place = free_place();
  place.owner = &owner;
  place.fingerprint = key.fingerprint;
  place.text = cut_text(folded);
  by_key_.emplace(key, &place);
  return Reference(place);
}

StatementTable::Place& StatementTable::free_place() {
  if (by_key_.size() >= most_) evict();
  if (free_.empty()) return places_.emplace_back();
  auto* place = free_.back();
  free_.pop_back();
  return *place;
}

// A twentieth goes at a time, so that not every new statement costs a look at all.
void StatementTable::evict() {
  std::vector<Place*> all;
  all.reserve(by_key_.size());
  for (const auto& [key, place] : by_key_) {
    place->usage = place->usage / 2 + (place->counts.server_microseconds - place->used_before);
    place->used_before = place->counts.server_microseconds;
    all.push_back(place);
  }
  const auto count = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, all.size() / 20));
  std::ranges::nth_element(all, all.begin() + count - 1, {}, &Place::usage);
  std::ranges::for_each(all.begin(), all.begin() + count, [this](Place* place) { drop(*place); });
}

void StatementTable::drop(Place& place) {
  by_key_.erase({.owner = place.owner, .fingerprint = place.fingerprint});
  const auto generation = place.generation + 1;
  place = {};
  place.generation = generation;
  free_.push_back(&place);
}

std::vector<StatementSnapshot> StatementTable::snapshots() const {
  std::vector<StatementSnapshot> snapshots;
  snapshots.reserve(by_key_.size());
  for (const auto& [key, place] : by_key_) {
    const auto& counts = place->counts;
    snapshots.push_back({.database = place->owner->database,
                         .user = place->owner->user,
                         .fingerprint = place->fingerprint,
                         .text = place->text,
                         .calls = counts.calls,
                         .errors = counts.errors,
                         .rows = counts.rows,
                         .bytes = counts.bytes,
                         .wait_time = Microseconds(counts.wait_microseconds),
                         .server_time = Microseconds(counts.server_microseconds),
                         .longest = Microseconds(counts.longest_microseconds)});
  }
  return snapshots;
}

}  // namespace howdah::stats
