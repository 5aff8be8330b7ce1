#include "daemon/trace/trace_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <istream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "daemon/os/printable.h"
#include "daemon/trace/trace_lines.h"

namespace howdah::trace {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostLineBytes = 1024UL * 1024;

// Nothing where it is not there, or is no text.
std::string text_of(const Json& line, const char* key) {
  const auto found = line.find(key);
  if (found == line.end() || !found->is_string()) return {};
  return os::printable(found->get_ref<const std::string&>());
}

std::int64_t number_of(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

struct Arrow {
  Way way;
  std::string_view text;
};

constexpr auto kArrows = std::to_array<Arrow>({
    {Way::FromClient, "client ->       "},
    {Way::ToServer, "       -> server"},
    {Way::FromServer, "       <- server"},
    {Way::ToClient, "client <-       "},
});

std::string header_text(const Json& line) {
  const auto values = line.find("values");
  const bool has_values = values != line.end() && *values == true;
  return fmt::format("client {}, user {}, database {}, from {}; since {}, for {}, howdah {}, {} values\n",
                     number_of(line, "client"), text_of(line, "user"), text_of(line, "database"),
                     text_of(line, "address"), text_of(line, "started_at"), text_of(line, "by"),
                     text_of(line, "howdah"), has_values ? "with" : "without");
}

std::string frame_text(const Json& line) {
  const auto way = text_of(line, "way");
  const auto arrow = std::ranges::find(kArrows, way, [](const Arrow& one) { return way_text(one.way); });
  const auto detail = text_of(line, "detail");
  auto text = fmt::format("{}  {:<20} {:>8}", arrow == kArrows.end() ? "?" : arrow->text, text_of(line, "name"),
                          number_of(line, "bytes"));
  if (!detail.empty()) text += "  " + detail;
  return text;
}

std::string line_text(const Json& line) {
  const auto microseconds = number_of(line, "us");
  auto text = fmt::format("{:>8}.{:03} ms  ", microseconds / 1000, std::abs(microseconds % 1000));
  if (line.contains("way")) return text + frame_text(line) + '\n';
  if (line.contains("event")) return text + "-- " + text_of(line, "event") + '\n';
  if (line.contains("left_out")) return text + fmt::format("-- {} frames left out\n", number_of(line, "left_out"));
  return text + fmt::format("-- end: {}; {} frames, {} left out\n", text_of(line, "end"), number_of(line, "frames"),
                            number_of(line, "frames_left_out"));
}

// Not an object: it cannot be read.
Json read_line(const std::string& text) {
  return text.size() > kMostLineBytes ? Json() : Json::parse(text, nullptr, false);
}

}  // namespace

std::expected<void, std::string> print_trace(std::istream& file, std::ostream& out) {
  std::string text;
  std::getline(file, text);
  const auto header = read_line(text);
  if (!header.is_object() || !header.contains("howdah_trace")) return std::unexpected("this is no trace of howdah");
  if (number_of(header, "howdah_trace") != kTraceVersion) return std::unexpected("the trace is of another version");
  out << header_text(header);
  for (auto number = 2; std::getline(file, text); ++number) {
    const auto line = read_line(text);
    if (!line.is_object()) return std::unexpected(fmt::format("line {} cannot be read", number));
    out << line_text(line);
  }
  return {};
}

}  // namespace howdah::trace
