#include "protocol/channel_words.h"

#include <algorithm>
#include <array>

namespace howdah::protocol {

namespace {

// They run what is not in the text, or change the encoding in which notifications are told.
bool may_do_anything(std::string_view word) {
  static constexpr std::array<std::string_view, 7> kWords = {"do",    "call",       "execute", "client_encoding",
                                                             "names", "set_config", "reset"};
  return std::ranges::find(kWords, word) != kWords.end();
}

bool has_hidden_names(std::string_view text) {
  return text.find("&\"") != std::string_view::npos;
}

bool touches(const StateTraces& traces) {
  return !traces.is_empty();
}

}  // namespace

bool touches_channels(std::string_view word) {
  static constexpr std::array<std::string_view, 6> kWords = {
      "listen", "unlisten", "notify", "pg_notify", "pg_listening_channels", "discard"};
  return std::ranges::find(kWords, word) != kWords.end();
}

bool may_touch_channels(std::string_view text, const TellingNames* names) {
  if (has_hidden_names(text) || (names != nullptr && names->is_everything())) return true;
  bool is_writing = false;
  for (auto word = next_word(text); !word.empty(); word = next_word(text)) {
    const auto key = key_of_word(word);
    if (touches_channels(key) || may_do_anything(key)) return true;
    is_writing = is_writing || writes_rows(word);
    const auto* found = names == nullptr ? nullptr : names->find(word);
    if (found == nullptr) continue;
    if (touches(found->always) || (is_writing && touches(found->by_writing))) return true;
  }
  return false;
}

}  // namespace howdah::protocol
