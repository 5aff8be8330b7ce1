// Names of a database's own functions, tables, views and types behind which a session may leave something on its
// server, and what that may be. A text that holds such a name, in whatever case and wherever, may leave it. Immutable;
// any thread.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "protocol/setting_names.h"
#include "protocol/state_hints.h"

namespace howdah::protocol {

struct StateTraces {
  StateKinds kinds = {};
  SettingNames settings = {};     // that may be made, where kinds has settings or code blocks
  bool touches_channels = false;  // it notifies, or asks or changes what is listened to

  [[nodiscard]] bool is_empty() const { return kinds.is_empty() && !touches_channels; }

  // Whether that has changed anything.
  bool add(const StateTraces& other);
};

// Behind one name.
struct NameTraces {
  StateTraces always = {};
  StateTraces by_writing = {};  // where the name follows one of the words that write: triggers, defaults, checks
};

// INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY: the table that is written to is named behind it.
[[nodiscard]] bool writes_rows(std::string_view word);

// How a word of a text is looked for: in lower case. All words with letters that are not ASCII have one key, since they
// have other bytes in another encoding, and so have all that PostgreSQL may cut off.
[[nodiscard]] std::string key_of_word(std::string_view word);
// The same for a name, of which a text may hold several words: its longest. Empty where it has none.
[[nodiscard]] std::string key_of_name(std::string_view name);
// The next word of a text, which is cut off its front with what stands before it; empty at the end.
[[nodiscard]] std::string_view next_word(std::string_view& text);

class TellingNames {
 public:
  using Map = std::map<std::string, NameTraces, std::less<>>;

  // `traces` by the keys of names. `version`: another one for each list of a pool.
  // `is_everything`: of nothing is it known that it leaves nothing.
  // `tells_of_sequences`: also what may call nextval is among them.
  TellingNames(const Map& traces, std::uint64_t version, bool is_everything = false, bool tells_of_sequences = false);

  [[nodiscard]] bool is_everything() const { return is_everything_; }
  [[nodiscard]] bool tells_of_sequences() const { return tells_of_sequences_; }
  [[nodiscard]] std::size_t size() const { return traces_.size(); }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  // All custom settings behind them.
  [[nodiscard]] const SettingNames& settings() const { return settings_; }

  // What may be left by a text with this word; null: nothing. Lives as long as the list.
  [[nodiscard]] const NameTraces* find(std::string_view word) const { return may_hold(word) ? look_up(word) : nullptr; }
  // A text with one of them may leave something.
  [[nodiscard]] bool is_in(std::string_view text) const;

 private:
  static constexpr std::size_t kFilterBits = 4096;

  [[nodiscard]] static std::size_t filter_bit(std::string_view word);
  [[nodiscard]] bool may_hold(std::string_view word) const {
    return !word.empty() && (filter_[filter_bit(word)] || has_special_);
  }
  [[nodiscard]] const NameTraces* look_up(std::string_view word) const;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::uint64_t version_;
  bool is_everything_;
  bool tells_of_sequences_;
  bool has_special_ = false;  // of those keys that many words have
  std::bitset<kFilterBits> filter_;
  SettingNames settings_;
  std::unordered_map<std::string, NameTraces, Hash, std::equal_to<>> traces_;
};

// Most words of most texts have another length, or other letters at its ends and in its middle.
inline std::size_t TellingNames::filter_bit(std::string_view word) {
  const auto letter = [](char c) { return static_cast<std::size_t>(static_cast<unsigned char>(c) & 0xDFU); };
  const auto mixed = word.size() * 0x9E5 + letter(word.front()) * 0x1F3 + letter(word.back()) * 0x3B +
                     letter(word[word.size() / 2]) * 0x6D1;
  return mixed % kFilterBits;
}

}  // namespace howdah::protocol
