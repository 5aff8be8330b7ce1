// Frames as one line of text, so that a test says what it expects: "T D(1) C(SELECT 1) Z(I)".
#pragma once

#include <functional>
#include <string>

#include "protocol/bytes.h"

namespace howdah::tests {

// Calls `visit(type, body)` for each whole frame; returns what is left, the beginning of a frame.
protocol::Bytes for_each_frame(protocol::Bytes bytes,
                               const std::function<void(char type, protocol::Bytes body)>& visit);

// What a backend sent; the beginning of a frame at the end reads as "...", and so does what follows
// 200 bytes of text.
[[nodiscard]] std::string backend_text(protocol::Bytes bytes);
// What a frontend sent, after its log-in; of Bind, Describe and Close the statement's name.
[[nodiscard]] std::string frontend_text(char type, protocol::Bytes body);

}  // namespace howdah::tests
