// Splits a byte stream of typed messages into frames, and large frames into pieces. Owns no bytes and never
// allocates: pieces point into the bytes given. The same pieces' bytes come out however the stream was cut.
// (PostgreSQL documentation: "Message Flow", "Message Formats")
#pragma once

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
  // Goes behind the piece that `peek` gave.
  void advance(const Piece& piece);

  // Bytes of the frame under way that are still to come; 0 between frames.
  [[nodiscard]] std::uint32_t missing_bytes() const { return missing_bytes_; }
  [[nodiscard]] char type_under_way() const { return type_; }

 private:
  const FrameRules* rules_;
  std::uint32_t missing_bytes_ = 0;
  char type_ = 0;
};

}  // namespace howdah::protocol
