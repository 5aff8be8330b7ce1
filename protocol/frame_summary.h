// What one frame says, in a line, for somebody who looks over a client's shoulder: never a secret, and values only
// where they are asked for. Pure; the frame may be hostile or cut off.
// (PostgreSQL documentation: "Message Formats")
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::protocol {

enum class Speaker : std::uint8_t { Client, Server };

struct SummaryOptions {
  // Texts as they are, parameters, columns, messages of errors, payloads: each cut. Else texts are folded
  // (fingerprint.h), and of the rest counts and sizes are told.
  bool with_values = false;
  // A text with a password in it may have gone before: what servers say in errors and notices is left out all the same.
  bool without_messages = false;
};

// So much of a value or text is shown, and so many values of a frame.
inline constexpr std::size_t kMostShownBytes = 200;
inline constexpr std::size_t kMostShownValues = 20;
// So much of a frame's front, header included, is enough for its summary.
inline constexpr std::size_t kSummaryFrontBytes = 8192;

// "Query", "DataRow"; "unknown message" for a type that this speaker has not.
[[nodiscard]] std::string_view frame_name(Speaker speaker, char type);

// Appends the detail to `out`; nothing where there is none. `front`: what follows the header, or its beginning where
// the frame is large. Printable UTF-8, with \xNN for other bytes.
void summarize_frame(Speaker speaker, char type, Bytes front, SummaryOptions options, std::string& out);

// Whether the text may set a password or hold one: then it is shown folded only, and errors behind it may repeat it.
[[nodiscard]] bool may_hold_password(std::string_view text);
// The same of a client's frame, of which the front may be all that is there: `is_cut`.
[[nodiscard]] bool may_hold_password(char type, Bytes front, bool is_cut = false);

// The bytes as text, cut at `most`, in single quotes.
void append_quoted(std::string& out, Bytes bytes, std::size_t most = kMostShownBytes);

}  // namespace howdah::protocol
