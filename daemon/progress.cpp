#include "daemon/progress.h"

namespace howdah {

namespace {

std::string counted(std::size_t count, const char* noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string text_of(const Progress& progress) {
  switch (progress.phase) {
    case Progress::Phase::Starting:
      return "Starting: waiting for the first servers of " + joined(progress.awaited);
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
