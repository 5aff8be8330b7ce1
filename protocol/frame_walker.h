// Splits a byte stream of typed messages into frames, and large frames into pieces. Owns no bytes and never
// allocates: pieces point into the bytes given. The same pieces' bytes come out however the stream was cut.
// (PostgreSQL documentation: "Message Flow", "Message Formats")
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <optional>

#include "protocol/bytes.h"

namespace howdah::protocol {

inline constexpr std::size_t kFrameHeaderBytes = 5;

// What one side may send under one type byte.
struct FrameRule {
  std::int32_t max_length = 0;      // largest value of the length word; 0: the type does not exist
  std::uint32_t inspect_bytes = 0;  // so much of a frame's front, header included, is handed out in one piece
};
using FrameRules = std::array<FrameRule, 256>;

// Types and limits of a frontend after its log-in: PostgreSQL's own.
[[nodiscard]] const FrameRules& client_frame_rules();
// Types of a backend after its log-in.
[[nodiscard]] const FrameRules& server_frame_rules();

enum class FrameError { UnknownType, InvalidLength };

// A part of one frame, in order. `bytes` includes the header where `is_start`.
struct Piece {
  char type = 0;
  bool is_start = false;
  bool is_end = false;
  Bytes bytes;

  // What follows the header in this piece.
  [[nodiscard]] Bytes body() const { return is_start ? bytes.substr(kFrameHeaderBytes) : bytes; }
};

class FrameWalker {
 public:
  explicit FrameWalker(const FrameRules& rules) : rules_(&rules) {}

  // The piece at the front of `bytes`, which continue where the last advance ended; nothing when more bytes
  // are needed; or why the peer must be dropped: then the walker is of no more use.
  [[nodiscard]] std::expected<std::optional<Piece>, FrameError> peek(Bytes bytes) const;
  // The size of the frame at the front, if it is whole there and all before it is done with; else 0.
  [[nodiscard]] std::size_t whole_frame_bytes(Bytes bytes) const;
  // So many bytes at the front are whole frames of this type, between frames only: to be passed over without `advance`,
  // as the frame that whole_frame_bytes tells of may be.
  [[nodiscard]] std::size_t run_bytes(char type, Bytes bytes) const;
  // Goes behind the piece that `peek` gave.
  void advance(const Piece& piece) {
    type_ = piece.type;
    if (piece.is_end) {
      missing_bytes_ = 0;
    } else {
      const auto left =
          piece.is_start ? static_cast<std::uint32_t>(read_int32(piece.bytes.substr(1))) + 1 : missing_bytes_;
      missing_bytes_ = left - static_cast<std::uint32_t>(piece.bytes.size());
    }
  }

  // Bytes of the frame under way that are still to come; 0 between frames.
  [[nodiscard]] std::uint32_t missing_bytes() const { return missing_bytes_; }
  [[nodiscard]] char type_under_way() const { return type_; }

 private:
  const FrameRules* rules_;
  std::uint32_t missing_bytes_ = 0;
  char type_ = 0;
};

// Here, since it is asked once for every frame that goes through.
inline std::expected<std::optional<Piece>, FrameError> FrameWalker::peek(Bytes bytes) const {
  if (bytes.empty()) return std::nullopt;
  if (missing_bytes_ > 0) {
    const auto size = std::min<std::size_t>(bytes.size(), missing_bytes_);
    return Piece{type_, false, size == missing_bytes_, bytes.substr(0, size)};
  }
  const auto& rule = (*rules_)[static_cast<std::uint8_t>(bytes.front())];
  if (rule.max_length == 0) return std::unexpected(FrameError::UnknownType);
  if (bytes.size() < kFrameHeaderBytes) return std::nullopt;
  const auto length = read_int32(bytes.substr(1));
  if (length < 4 || length > rule.max_length) return std::unexpected(FrameError::InvalidLength);
  const auto frame_bytes = static_cast<std::size_t>(length) + 1;
  if (bytes.size() >= frame_bytes) return Piece{bytes.front(), true, true, bytes.substr(0, frame_bytes)};
  if (bytes.size() < rule.inspect_bytes) return std::nullopt;
  return Piece{bytes.front(), true, false, bytes};
}

inline std::size_t FrameWalker::whole_frame_bytes(Bytes bytes) const {
  if (bytes.size() < kFrameHeaderBytes || missing_bytes_ > 0) return 0;
  const auto length = read_int32(bytes.substr(1));
  const auto is_allowed = length >= 4 && length <= (*rules_)[static_cast<std::uint8_t>(bytes.front())].max_length;
  return is_allowed && bytes.size() > static_cast<std::size_t>(length) ? static_cast<std::size_t>(length) + 1 : 0;
}

inline std::size_t FrameWalker::run_bytes(char type, Bytes bytes) const {
  auto rest = bytes;
  while (rest.starts_with(type)) {
    const auto size = whole_frame_bytes(rest);
    if (size == 0) break;
    rest.remove_prefix(size);
  }
  return bytes.size() - rest.size();
}

}  // namespace howdah::protocol
