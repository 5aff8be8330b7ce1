// Bytes of a client after its log-in: the same frames, refusals and telling words come out however they are
// cut.
#include <cstdint>
#include <string>

#include "protocol/state_hints.h"
#include "tests/fuzz/cut_stream.h"

namespace howdah::fuzz {

namespace {

// All that is seen of a stream, as text.
std::string seen(protocol::Bytes bytes, std::uint32_t seed, std::size_t most_chunk_bytes) {
  CutStream stream(protocol::client_frame_rules(), seed, most_chunk_bytes);
  protocol::StatementWords words;
  std::string text;
  const auto error = stream.walk(bytes, [&](const protocol::Piece& piece) {
    const bool has_text = piece.type == 'Q' || piece.type == 'P';
    if (has_text && piece.is_start) words.begin_text();
    if (has_text) words.feed(piece.body());
    if (has_text && piece.is_end) words.end_text();
    if (piece.is_start) text += '[';
    text += piece.bytes;
    if (piece.is_end) text += words.starts_transaction() ? ";b]" : "]";
  });
  promise(error || stream.unread_bytes() < 20000, "a bounded front is waited for");
  text += error ? std::to_string(static_cast<int>(*error)) : "";
  text += words.has_session_set() ? " set" : "";
  text += words.has_hold() ? " hold" : "";
  // The kinds of a text that has not ended yet depend on how much of it was handed out.
  return text.append(stream.walker().missing_bytes() > 0 ? "" : words.kinds().first_name());
}

}  // namespace

}  // namespace howdah::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah::fuzz;
  if (size < 1) return 0;
  const auto bytes = view_of(data + 1, size - 1);
  const auto whole = seen(bytes, 1, 1 << 20);
  promise(seen(bytes, 1, 1) == whole, "byte by byte as whole");
  promise(seen(bytes, data[0], 1 + data[0] % 50U) == whole, "cut anywhere as whole");
  return 0;
}
