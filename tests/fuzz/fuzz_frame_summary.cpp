// One frame of either side, as a trace tells it: bounded, printable, and without what may not be told.
#include <cstdint>
#include <string>

#include "daemon/trace/frame_tap.h"
#include "promise.h"
#include "protocol/frame_summary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah;
  using fuzz::promise;
  if (size < 2) return 0;
  const auto speaker = data[0] % 2 == 0 ? protocol::Speaker::Client : protocol::Speaker::Server;
  const protocol::SummaryOptions options{.with_values = data[0] % 4 >= 2, .without_messages = data[0] % 8 >= 4};
  const auto cut = std::size_t{1} + data[1] % 64U;
  const auto bytes = fuzz::view_of(data + 2, size - 2);

  const auto summary_of = [&](char type, protocol::Bytes front) {
    std::string text;
    protocol::summarize_frame(speaker, type, front, options, text);
    for (const char byte : text) promise(static_cast<std::uint8_t>(byte) >= 0x20, "a summary is printable");
    // Folding may number constants, and each byte may become four.
    const auto most = options.with_values ? 64 * protocol::kMostShownBytes * 4 : 4 * protocol::kMostShownBytes * 4;
    promise(text.size() <= most, "a summary is bounded");
    return text;
  };
  std::string whole;
  std::string in_pieces;
  trace::FrameTap tap;
  tap.feed(bytes, [&](const trace::SeenFrame& frame) { whole += summary_of(frame.type, frame.front) + '\n'; });
  trace::FrameTap cut_tap;
  for (auto rest = bytes; !rest.empty(); rest.remove_prefix(std::min(rest.size(), cut))) {
    cut_tap.feed(rest.substr(0, cut),
                 [&](const trace::SeenFrame& frame) { in_pieces += summary_of(frame.type, frame.front) + '\n'; });
  }
  promise(whole == in_pieces && tap.is_lost() == cut_tap.is_lost(), "frames are the same however they are cut");
  if (!bytes.empty()) (void)summary_of(bytes.front(), bytes.substr(1));
  return 0;
}
