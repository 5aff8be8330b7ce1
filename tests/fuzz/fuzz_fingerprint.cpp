// Any bytes as the text of a statement: it is folded in bounded length, and no string constant gets through.
#include <cstdint>
#include <string>

#include "promise.h"
#include "protocol/fingerprint.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah;
  using fuzz::promise;
  const auto text = fuzz::view_of(data, size);
  std::string folded;
  protocol::fold_statement(text, folded);
  promise(folded.size() <= 6 * text.size(), "a folded text is not much longer");
  const bool has_quoted_names = text.find('"') != std::string_view::npos;
  promise(has_quoted_names || folded.find('\'') == std::string::npos, "a string constant is gone");
  std::string again;
  protocol::fold_statement(text, again);
  promise(again == folded && protocol::fingerprint(again) == protocol::fingerprint(folded),
          "the same comes of the same");
  return 0;
}
