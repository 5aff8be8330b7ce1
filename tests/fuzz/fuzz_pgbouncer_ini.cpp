// Any bytes as a pgbouncer.ini, which can include itself and has a user list and an HBA file: problems, each on one
// line, or YAML that our reader takes as YAML, with every database in it, and judges without a crash.
#include <algorithm>
#include <cstdint>

#include "config/document.h"
#include "config/pgbouncer/import.h"
#include "config/pgbouncer/ini_file.h"
#include "config/pgbouncer/sections.h"
#include "promise.h"
#include "tests/config/fake_outside.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah;
  using namespace howdah::config;
  using fuzz::promise;
  const std::string text(fuzz::view_of(data, size));
  const FakeOutside world{.files = {{"p.ini", text},
                                    {"self", text},
                                    {"users", "\"a\" \"b\"\n\"c\" \"md5aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n"},
                                    {"hba", "local all all trust\nhost all a 10.0.0.0/8 md5\n"}}};
  const auto outside = world.outside();
  const auto yaml = import_pgbouncer("p.ini", outside);
  if (!yaml) {
    promise(!yaml.error().empty(), "a refusal says why");
    for (const auto& problem : yaml.error()) {
      promise(problem.message().find('\n') == std::string::npos, "a problem is one line");
    }
    return 0;
  }
  const auto document = read_document(*yaml);
  promise(document.has_value(), "what is printed is YAML");
  const auto databases = std::ranges::find(document->items, "databases", &TreeNode::key);
  auto file = pgbouncer::read_ini_file("p.ini", outside);
  for (const auto& entry : pgbouncer::sort_settings(file).databases) {
    promise(databases != document->items.end(), "there are databases");
    promise(std::ranges::find(databases->items, entry.name, &TreeNode::key) != databases->items.end(),
            "each has its entry");
  }
  (void)read_configuration_from_memory(*yaml, "yaml", outside);
  return 0;
}
