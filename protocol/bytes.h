// Raw bytes of the wire protocol, read with bounds and written in network order.
// (PostgreSQL documentation: "Message Data Types")
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace howdah::protocol {

// A view of raw bytes, not of text. Whoever hands it out says how long it lives.
using Bytes = std::string_view;

// The big-endian integer at the front of `bytes`, which must hold all of its bytes.
template <typename Integer>
[[nodiscard]] Integer read_integer(Bytes bytes) {
  std::array<char, sizeof(Integer)> wire{};
  std::copy_n(bytes.begin(), wire.size(), wire.begin());
  const auto value = std::bit_cast<Integer>(wire);
  return std::endian::native == std::endian::little ? std::byteswap(value) : value;
}
[[nodiscard]] inline std::int32_t read_int32(Bytes bytes) {
  return read_integer<std::int32_t>(bytes);
}

// Reads from the front of a view; owns nothing. A read that does not fit returns nothing and takes nothing.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  [[nodiscard]] std::optional<std::uint8_t> byte();
  [[nodiscard]] std::optional<std::int16_t> int16();
  [[nodiscard]] std::optional<std::int32_t> int32();
  // Up to the next zero byte, which is taken but not returned.
  [[nodiscard]] std::optional<std::string_view> c_string();
  [[nodiscard]] std::optional<Bytes> take(std::size_t count);

  [[nodiscard]] Bytes rest() const { return rest_; }
  [[nodiscard]] bool is_empty() const { return rest_.empty(); }

 private:
  Bytes rest_;
};

template <typename Integer>
[[nodiscard]] std::array<char, sizeof(Integer)> to_wire(Integer value) {
  const auto swapped = std::endian::native == std::endian::little ? std::byteswap(value) : value;
  return std::bit_cast<std::array<char, sizeof(Integer)>>(swapped);
}
// There must be room for four bytes.
inline void write_int32(char* at, std::int32_t value) {
  std::ranges::copy(to_wire(value), at);
}
template <typename Integer>
void append_integer(std::string& out, Integer value) {
  const auto wire = to_wire(value);
  out.append(wire.data(), wire.size());
}
inline void append_int16(std::string& out, std::int16_t value) {
  append_integer(out, value);
}
inline void append_int32(std::string& out, std::int32_t value) {
  append_integer(out, value);
}
// The text and a zero byte. A zero byte inside `text` would end it early: callers pass none.
void append_c_string(std::string& out, std::string_view text);

// Writes one message with a type byte into `out`; its length is filled in at the end of the object's life.
class MessageWriter {
 public:
  MessageWriter(std::string& out, char type);
  ~MessageWriter();
  MessageWriter(const MessageWriter&) = delete;
  MessageWriter& operator=(const MessageWriter&) = delete;

  MessageWriter& byte(char value);
  MessageWriter& int16(std::int16_t value);
  MessageWriter& int32(std::int32_t value);
  MessageWriter& c_string(std::string_view text);
  MessageWriter& bytes(Bytes value);

 private:
  std::string& out_;
  std::size_t length_at_;
};

}  // namespace howdah::protocol
