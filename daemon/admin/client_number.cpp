#include "daemon/admin/client_number.h"

#include <charconv>

namespace howdah::admin {

std::optional<std::uint64_t> read_client_number(std::string_view text) {
  if (text.starts_with('c')) text.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace howdah::admin
