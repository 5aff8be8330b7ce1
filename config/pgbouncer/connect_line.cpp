#include "config/pgbouncer/connect_line.h"

#include <algorithm>
#include <optional>

#include "config/pgbouncer/text.h"
#include "config/plain_text.h"

namespace howdah::config::pgbouncer {

namespace {

// Begins with a quote. Behind it the text is at its end or a blank.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string value;
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] != '\'') {
      value += text[at];
    } else if (text.substr(at + 1).starts_with('\'')) {
      value += text[at++];
    } else {
      text.remove_prefix(at + 1);
      if (!text.empty() && !is_blank(text.front())) return std::nullopt;
      return value;
    }
  }
  return std::nullopt;
}

std::string take_word(std::string_view& text) {
  const auto end = std::ranges::find_if(text, is_blank);
  std::string word(text.begin(), end);
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

std::expected<std::vector<ConnectPair>, std::string> read_connect_line(std::string_view text) {
  std::vector<ConnectPair> pairs;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    const auto is_in_key = [](char letter) { return is_letter_or_digit(letter) || letter == '_'; };
    const std::string key(text.begin(), std::ranges::find_if_not(text, is_in_key));
    text = trimmed(text.substr(key.size()));
    if (key.empty() || !text.starts_with('=')) {
      const auto where = pairs.empty() ? "at its beginning" : "behind " + pairs.back().key;
      return std::unexpected("found no key=value " + where + ", expected pairs, values with blanks in single quotes");
    }
    text = trimmed(text.substr(1));
    const bool is_quoted = text.starts_with('\'');
    auto value = is_quoted ? take_quoted(text) : take_word(text);
    if (!value)
      return std::unexpected("found " + key +
                             " with quotes that do not fit, expected 'value', quotes inside of it doubled");
    if (value->empty() && !is_quoted) return std::unexpected("found " + key + " without a value, expected one");
    std::erase_if(pairs, [&key](const ConnectPair& pair) { return pair.key == key; });
    pairs.push_back({.key = key, .value = *std::move(value)});
  }
  return pairs;
}

}  // namespace howdah::config::pgbouncer
