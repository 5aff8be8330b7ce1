#include "daemon/os/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace howdah::os {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Controls, the soft hyphen, zero widths, ends of lines, directions, byte order marks, surrogates, tags.
constexpr std::array<Range, 12> kUnprintable = {{{0x00, 0x1f},
                                                 {0x7f, 0x9f},
                                                 {0xad, 0xad},
                                                 {0x61c, 0x61c},
                                                 {0x200b, 0x200f},
                                                 {0x2028, 0x202e},
                                                 {0x2060, 0x206f},
                                                 {0xd800, 0xdfff},
                                                 {0xfeff, 0xfeff},
                                                 {0xfff0, 0xfffb},
                                                 {0xfffe, 0xffff},
                                                 {0xe0000, 0xe0fff}}};

bool is_printable(char32_t character) {
  return std::ranges::none_of(
      kUnprintable, [character](const Range& range) { return range.first <= character && character <= range.last; });
}

bool is_continuation(char byte) {
  return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80;
}

// What the first byte of a character says: how long the character is, and the least that may be written so.
struct Lead {
  std::size_t length;
  std::uint8_t mask;
  char32_t least;
};

Lead read_lead(std::uint8_t byte) {
  if (byte < 0x80) return {1, 0x7f, 0};
  if (byte >= 0xc0 && byte < 0xe0) return {2, 0x1f, 0x80};
  if (byte >= 0xe0 && byte < 0xf0) return {3, 0x0f, 0x800};
  if (byte >= 0xf0 && byte < 0xf8) return {4, 0x07, 0x10000};
  return {0, 0, 0};
}

// The bytes of the UTF-8 character at the front, if it is one that shows; zero otherwise.
std::size_t printable_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto first = static_cast<std::uint8_t>(text.front());
  const auto lead = read_lead(first);
  if (lead.length == 0 || text.size() < lead.length) return 0;
  char32_t character = first & lead.mask;
  for (const char byte : text.substr(1, lead.length - 1)) {
    if (!is_continuation(byte)) return 0;
    character = (character << 6) | (static_cast<std::uint8_t>(byte) & 0x3f);
  }
  const bool is_valid = character >= lead.least && character <= 0x10ffff;
  return is_valid && is_printable(character) ? lead.length : 0;
}

void append_escaped(std::string& out, char byte) {
  constexpr std::string_view kPlain = "\"\\\n\r\t";
  constexpr std::string_view kLetters = "\"\\nrt";
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '\\';
  if (const auto place = kPlain.find(byte); place != std::string_view::npos) {
    out += kLetters[place];
    return;
  }
  const auto value = static_cast<std::uint8_t>(byte);
  out += 'x';
  out += kDigits[value >> 4];
  out += kDigits[value & 0x0f];
}

bool needs_quotes(std::string_view text) {
  if (text.empty()) return true;
  while (!text.empty()) {
    const auto length = printable_length(text);
    if (length == 0 || std::string_view(" \"\\=").contains(text.front())) return true;
    text.remove_prefix(length);
  }
  return false;
}

}  // namespace

std::string shortened(std::string_view text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return std::string(text);
  constexpr std::size_t kMostContinuations = 3;
  auto end = most_bytes;
  while (end > 0 && most_bytes - end < kMostContinuations && is_continuation(text[end])) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto length = printable_length(text);
    length == 0 ? append_escaped(out, text.front()) : void(out += text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string one_word(std::string_view text) {
  if (!needs_quotes(text)) return std::string(text);
  std::string out = "\"";
  while (!text.empty()) {
    const auto length = printable_length(text);
    if (length == 0 || text.front() == '"' || text.front() == '\\') {
      append_escaped(out, text.front());
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out + '"';
}

}  // namespace howdah::os
