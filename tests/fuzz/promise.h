// What every fuzz target promises: a broken promise ends the program where the fuzzer sees it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

namespace howdah::fuzz {

inline void promise(bool is_kept, const char* words,
                    const std::source_location& place = std::source_location::current()) {
  if (is_kept) return;
  std::fprintf(stderr, "%s:%u: broken: %s\n", place.file_name(), static_cast<unsigned>(place.line()), words);
  std::abort();
}

inline std::string_view view_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace howdah::fuzz
