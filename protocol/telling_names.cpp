#include "protocol/telling_names.h"

#include <algorithm>

namespace howdah::protocol {

namespace {

// PostgreSQL cuts names to 63 bytes, and not in the middle of a letter.
constexpr std::size_t kMayBeCut = 60;
constexpr std::string_view kForeignKey = "\x80";
constexpr std::string_view kLongKey = "\x81";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_foreign(char c) {
  return static_cast<unsigned char>(c) >= 0x80;
}

// As StatementWords reads them.
bool is_word_byte(char c) {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' || is_foreign(c);
}

}  // namespace

bool StateTraces::add(const StateTraces& other) {
  const auto before = kinds;
  const auto names_before = settings.custom.size();
  const bool was_open = settings.is_open;
  const bool has_touched = touches_channels;
  kinds.add(other.kinds);
  settings.add(other.settings);
  touches_channels = touches_channels || other.touches_channels;
  return has_touched != touches_channels || kinds != before || settings.custom.size() != names_before ||
         settings.is_open != was_open;
}

bool writes_rows(std::string_view word) {
  static constexpr std::array<std::string_view, 6> kWords = {"insert", "update", "delete", "merge", "truncate", "copy"};
  const auto is_same = [word](std::string_view one) {
    return std::ranges::equal(word, one, [](char a, char b) { return lower(a) == b; });
  };
  return word.size() <= 8 && std::ranges::any_of(kWords, is_same);
}

std::string key_of_word(std::string_view word) {
  if (std::ranges::any_of(word, is_foreign)) return std::string(kForeignKey);
  if (word.size() >= kMayBeCut) return std::string(kLongKey);
  std::string key(word);
  std::ranges::transform(key, key.begin(), lower);
  return key;
}

std::string key_of_name(std::string_view name) {
  if (std::ranges::any_of(name, is_foreign)) return std::string(kForeignKey);
  std::string_view longest;
  for (auto word = next_word(name); !word.empty(); word = next_word(name)) {
    if (word.size() > longest.size()) longest = word;
  }
  return key_of_word(longest);
}

std::string_view next_word(std::string_view& text) {
  const auto start = std::ranges::find_if(text, is_word_byte);
  const auto end = std::find_if_not(start, text.end(), is_word_byte);
  const std::string_view word(start, end);
  text = std::string_view(end, text.end());
  return word;
}

TellingNames::TellingNames(const Map& traces, std::uint64_t version, bool is_everything, bool tells_of_sequences)
    : version_(version),
      is_everything_(is_everything),
      tells_of_sequences_(tells_of_sequences),
      traces_(traces.begin(), traces.end()) {
  for (const auto& [key, trace] : traces_) {
    has_special_ = has_special_ || key == kForeignKey || key == kLongKey;
    if (!key.empty()) filter_.set(filter_bit(key));
    for (const auto* one : {&trace.always, &trace.by_writing}) {
      settings_.custom.insert(one->settings.custom.begin(), one->settings.custom.end());
    }
  }
}

bool TellingNames::is_in(std::string_view text) const {
  bool is_writing = false;
  for (auto word = next_word(text); !word.empty(); word = next_word(text)) {
    is_writing = is_writing || writes_rows(word);
    const auto* found = find(word);
    if (found == nullptr) continue;
    if (!found->always.kinds.is_empty() || (is_writing && !found->by_writing.kinds.is_empty())) return true;
  }
  return false;
}

const NameTraces* TellingNames::look_up(std::string_view word) const {
  const bool is_special = word.size() >= kMayBeCut || (has_special_ && std::ranges::any_of(word, is_foreign));
  if (!is_special) {
    std::array<char, kMayBeCut> key{};
    std::ranges::transform(word, key.begin(), lower);
    const auto found = traces_.find(std::string_view(key.data(), word.size()));
    return found == traces_.end() ? nullptr : &found->second;
  }
  const auto found = traces_.find(key_of_word(word));
  return found == traces_.end() ? nullptr : &found->second;
}

}  // namespace howdah::protocol
