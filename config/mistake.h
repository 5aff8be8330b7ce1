// What is wrong with one value of the configuration.
#pragma once

#include <string>

namespace howdah::config {

struct Mistake {
  int line = 0;
  std::string found;  // never a secret
  std::string expected;

  [[nodiscard]] std::string text() const { return "found " + found + ", expected " + expected; }
};

}  // namespace howdah::config
