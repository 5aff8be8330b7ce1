// Bytes of a server: a first text of requests, then frames, of which those are judged that it still owes. An
// evil server may send anything; what it gets is the same verdicts however its bytes are cut.
#include <algorithm>
#include <cstdint>
#include <string>

#include "protocol/error_fields.h"
#include "protocol/left_state.h"
#include "protocol/owed_replies.h"
#include "protocol/state_hints.h"
#include "tests/fuzz/cut_stream.h"

namespace howdah::fuzz {

namespace {

using protocol::OwedReplies;
using protocol::Request;

constexpr std::size_t kMostRequests = 8;
constexpr auto kRequestCount = static_cast<std::uint8_t>(Request::FunctionCall) + 1;

void check(const OwedReplies& owed) {
  promise(owed.is_empty() == (owed.size() == 0), "empty is of size 0");
  promise(owed.ready_count() <= owed.size(), "no more ready than requests");
  promise(!owed.is_settled() || (owed.is_empty() && owed.ready_count() == 0), "settled owes nothing");
  promise(!owed.is_settled() || (!owed.is_unsynced() && !owed.is_copy_in() && !owed.is_doubtful()),
          "settled is at rest");
  promise(!owed.is_next_for_pooler() || !owed.is_empty(), "what comes next was asked for");
}

void check_error(protocol::Bytes body) {
  auto fields = protocol::read_error(body);
  fields.routine.clear();  // is read, and never written
  std::string message;
  protocol::append_error(message, fields);
  promise(protocol::read_error(protocol::Bytes(message).substr(5)) == fields, "an error reads as it was written");
}

void take(const protocol::Piece& piece, OwedReplies& owed, std::string& verdicts) {
  if (!piece.is_start) return;
  if (piece.type == 'E' || piece.type == 'N') check_error(piece.body());
  protocol::LeftState kinds;
  if (piece.type == 'C') protocol::note_command_tag(piece.body(), {}, kinds);
  const auto size = owed.size();
  const auto verdict = owed.on_reply(piece.type);
  promise(owed.size() <= size, "replies owe nothing");
  check(owed);
  verdicts += std::to_string(static_cast<int>(verdict));
}

std::string judged(protocol::Bytes requests, protocol::Bytes bytes, std::uint32_t seed, std::size_t most_chunk_bytes) {
  OwedReplies owed;
  for (const char request : requests) {
    const auto number = static_cast<std::uint8_t>(request);
    owed.expect(static_cast<Request>(number % kRequestCount),
                number >= 128 ? protocol::Asker::Pooler : protocol::Asker::Client);
    check(owed);
  }
  CutStream stream(protocol::server_frame_rules(), seed, most_chunk_bytes);
  std::string verdicts;
  const auto error = stream.walk(bytes, [&](const protocol::Piece& piece) { take(piece, owed, verdicts); });
  return verdicts + (error ? "!" : "") + (owed.is_settled() ? "." : "");
}

}  // namespace

}  // namespace howdah::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah::fuzz;
  if (size < 1) return 0;
  const auto all = view_of(data + 1, size - 1);
  const auto requests = all.substr(0, data[0] % (kMostRequests + 1));
  const auto bytes = all.substr(requests.size());
  const auto whole = judged(requests, bytes, 1, 1 << 20);
  promise(judged(requests, bytes, 1, 1) == whole, "byte by byte as whole");
  promise(judged(requests, bytes, data[0], 1 + data[0] / 8U) == whole, "cut anywhere as whole");
  return 0;
}
