// The first line as the name of a system's user, the rest as a pg_ident.conf, which includes itself as "self".
#include <cstdint>

#include "config/ident_file.h"
#include "promise.h"
#include "tests/config/fake_outside.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah;
  using namespace howdah::config;
  using fuzz::promise;
  const std::string input(fuzz::view_of(data, size));
  const auto end = input.find('\n');
  const auto system_user = input.substr(0, end);
  const auto text = end == std::string::npos ? std::string() : input.substr(end + 1);
  const FakeOutside world{.files = {{"/ident", text}, {"/self", text}}};
  const auto file = read_ident_file("/ident", world.outside());
  if (!file) return 0;
  for (const auto& problem : file->problems)
    promise(problem.message().find('\n') == std::string::npos, "a problem is one line");
  for (const auto& [name, map] : file->maps) {
    promise(!map.empty(), "a map has lines");
    for (const auto& mapping : map) promise(check_mapping(mapping).has_value(), "both sides of a line fit together");
    (void)map_allows(file->maps, name, system_user, "app");
  }
  return 0;
}
