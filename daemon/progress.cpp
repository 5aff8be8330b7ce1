#include "daemon/progress.h"

#include <fmt/ranges.h>

namespace howdah {

namespace {

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

std::string text_of(const Progress& progress) {
  switch (progress.phase) {
    case Progress::Phase::Starting:
      return fmt::format("Starting: waiting for the first servers of {}", fmt::join(progress.awaited, ", "));
    case Progress::Phase::Serving:
      return "Serving " + counted(progress.clients, "client") +
             (progress.waiting > 0 ? ", " + std::to_string(progress.waiting) + " of them waiting" : "") + ", with " +
             counted(static_cast<std::size_t>(progress.servers), "server");
    case Progress::Phase::Draining:
      return "Draining: " + counted(progress.clients, "client") + " left";
  }
  return {};
}

}  // namespace howdah
