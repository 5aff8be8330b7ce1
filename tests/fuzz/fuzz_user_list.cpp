// Any bytes as PgBouncer's userlist.txt: names of bounded length with secrets that can be used, and mistakes in lines
// that there are.
#include <algorithm>
#include <cstdint>

#include "config/user_list.h"
#include "promise.h"
#include "protocol/password.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah;
  using fuzz::promise;
  const auto text = fuzz::view_of(data, size);
  const auto list = config::read_user_list(text);
  for (const auto& [name, secret] : list.secrets) {
    promise(!name.empty() && name.size() < 128, "a name is bounded");
    promise(!secret || protocol::parse_secret(*secret).has_value(), "a secret can be used");
  }
  const auto lines = std::ranges::count(text, '\n') + 1;
  for (const auto& mistake : list.mistakes) {
    promise(mistake.line >= 1 && mistake.line <= lines, "a mistake stands in a line that there is");
    promise(mistake.found.find('\n') == std::string::npos, "a mistake is one line");
  }
  return 0;
}
