// What an App is doing, for who watches it from outside: in a few figures, and as a line for people.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace howdah {

struct Progress {
  enum class Phase { Starting, Serving, Draining };

  Phase phase = Phase::Starting;
  std::vector<std::string> awaited;  // while it starts: databases whose first connections are being made
  std::size_t clients = 0;
  int servers = 0;
  int waiting = 0;  // clients, for a server
};

// "Serving 12 clients, 1 of them waiting, with 6 servers"
[[nodiscard]] std::string text_of(const Progress& progress);

}  // namespace howdah
