#include "daemon/trace/trace_lines.h"

#include <nlohmann/json.hpp>

namespace howdah::trace {

namespace {

using Json = nlohmann::ordered_json;

// Never throws: what is no UTF-8 is replaced.
std::string line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string_view way_text(Way way) {
  switch (way) {
    case Way::FromClient:
      return "client>";
    case Way::ToServer:
      return ">server";
    case Way::FromServer:
      return "server>";
    case Way::ToClient:
      return ">client";
  }
  return "";
}

protocol::Speaker speaker_of(Way way) {
  return way == Way::FromClient || way == Way::ToServer ? protocol::Speaker::Client : protocol::Speaker::Server;
}

std::string header_line(const TraceHeader& header) {
  return line({{"howdah_trace", kTraceVersion},
               {"howdah", HOWDAH_VERSION},
               {"client", header.client},
               {"user", header.user},
               {"database", header.database},
               {"address", header.address},
               {"by", header.by},
               {"started_at", header.started_at},
               {"values", header.has_values}});
}

std::string frame_line(std::int64_t microseconds, Way way, const SeenFrame& frame, protocol::SummaryOptions options) {
  const auto speaker = speaker_of(way);
  Json object = {{"us", microseconds},
                 {"way", way_text(way)},
                 {"name", protocol::frame_name(speaker, frame.type)},
                 {"bytes", frame.size_bytes}};
  std::string detail;
  protocol::summarize_frame(speaker, frame.type, frame.front, options, detail);
  if (!detail.empty()) object["detail"] = std::move(detail);
  return line(object);
}

std::string event_line(std::int64_t microseconds, std::string_view text) {
  return line({{"us", microseconds}, {"event", text}});
}

std::string left_out_line(std::int64_t microseconds, std::uint64_t frames) {
  return line({{"us", microseconds}, {"left_out", frames}});
}

std::string end_line(std::int64_t microseconds, std::string_view reason, std::uint64_t frames, std::uint64_t left_out) {
  return line({{"us", microseconds}, {"end", reason}, {"frames", frames}, {"frames_left_out", left_out}});
}

}  // namespace howdah::trace
