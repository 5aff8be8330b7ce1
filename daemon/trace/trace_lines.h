// The lines of a trace's file: one JSON object each. The first tells whose trace it is, the last why it ended.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/trace/frame_tap.h"
#include "protocol/frame_summary.h"

namespace howdah::trace {

inline constexpr int kTraceVersion = 1;

struct TraceHeader {
  std::uint64_t client = 0;
  std::string user;
  std::string database;
  std::string address;
  std::string by;          // the administrator who asked for it
  std::string started_at;  // "2026-01-31T12:00:00.123Z"
  bool has_values = false;
};

enum class Way : std::uint8_t { FromClient, ToServer, FromServer, ToClient };

// As it stands in the file.
[[nodiscard]] std::string_view way_text(Way way);
[[nodiscard]] protocol::Speaker speaker_of(Way way);

[[nodiscard]] std::string header_line(const TraceHeader& header);
// `microseconds`: since the start, here and below.
[[nodiscard]] std::string frame_line(std::int64_t microseconds, Way way, const SeenFrame& frame,
                                     protocol::SummaryOptions options);
[[nodiscard]] std::string event_line(std::int64_t microseconds, std::string_view text);
// So many frames stand nowhere, since they came faster than the file took them.
[[nodiscard]] std::string left_out_line(std::int64_t microseconds, std::uint64_t frames);
[[nodiscard]] std::string end_line(std::int64_t microseconds, std::string_view reason, std::uint64_t frames,
                                   std::uint64_t left_out);

}  // namespace howdah::trace
