#include "config/plain_text.h"

#include <cstdint>

namespace howdah::config {

namespace {

constexpr std::size_t kMostShownBytes = 80;

bool is_control(unsigned char byte) {
  return byte < 0x20 || byte == 0x7f;
}

struct Sequence {
  std::size_t size;
  std::uint32_t least;  // smaller code points have a shorter form
  std::uint32_t bits;   // of the first byte
};

std::optional<Sequence> sequence_of(unsigned char first) {
  if (first < 0x80) return Sequence{1, 0, first};
  if (first >= 0xc0 && first < 0xe0) return Sequence{2, 0x80, first & 0x1fU};
  if (first >= 0xe0 && first < 0xf0) return Sequence{3, 0x800, first & 0x0fU};
  if (first >= 0xf0 && first < 0xf8) return Sequence{4, 0x10000, first & 0x07U};
  return std::nullopt;
}

// Bytes of the character that `text` begins with; 0 where it is none.
std::size_t character_size(std::string_view text) {
  const auto sequence = sequence_of(static_cast<unsigned char>(text.front()));
  if (!sequence || sequence->size > text.size()) return 0;
  auto code = sequence->bits;
  for (std::size_t at = 1; at < sequence->size; ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xc0U) != 0x80U) return 0;
    code = (code << 6U) | (byte & 0x3fU);
  }
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < sequence->least || code > 0x10ffff || is_surrogate ? 0 : sequence->size;
}

std::string escaped(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (byte == '\n') return "\\n";
  if (byte == '\t') return "\\t";
  return {'\\', 'x', kDigits[byte >> 4U], kDigits[byte & 0xfU]};
}

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  int line = 1;
  while (!text.empty()) {
    const auto size = character_size(text);
    if (size == 0) return BadByte{line, "bytes that are not UTF-8"};
    const char first = text.front();
    if (first == '\n') ++line;
    if (first == 0) return BadByte{line, "a zero byte"};
    const bool is_space = first == '\n' || first == '\r' || first == '\t';
    if (is_control(static_cast<unsigned char>(first)) && !is_space) return BadByte{line, "a control character"};
    text.remove_prefix(size);
  }
  return std::nullopt;
}

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty() && shown.size() < kMostShownBytes) {
    const auto size = character_size(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (size == 0 || is_control(first)) {
      shown += escaped(first);
    } else {
      shown += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return text.empty() ? shown : shown + "...";
}

std::string in_quotes(std::string_view text) {
  return '"' + printable(text) + '"';
}

}  // namespace howdah::config
