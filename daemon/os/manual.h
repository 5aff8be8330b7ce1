// howdah(1), the page of the manual about the program.
#pragma once

#include <string>
#include <vector>

namespace howdah::os {

// An option of the command line.
struct ManualEntry {
  std::string names;  // "-c,--config"
  std::string value;  // "FILE"; empty: it takes none
  std::string meaning;
};

// In the language of man(7).
[[nodiscard]] std::string program_manual(const std::vector<ManualEntry>& options);

}  // namespace howdah::os
