#include "protocol/statement_events.h"

#include <algorithm>
#include <array>

#include "protocol/sqlstate.h"
#include "protocol/statement.h"

namespace howdah::protocol {

bool is_catalog_change(std::string_view tag) {
  // DO and CALL may do anything.
  static constexpr std::array<std::string_view, 6> kBeginnings = {"CREATE ", "ALTER ", "DROP ",
                                                                  "DO",      "CALL",   "IMPORT "};
  return std::ranges::any_of(kBeginnings, [tag](std::string_view beginning) { return tag.starts_with(beginning); });
}

bool tells_of_statements(std::string_view tag) {
  if (tag.empty()) return false;
  switch (tag.front()) {
    case 'D':  // not DELETE and DECLARE CURSOR
      return tag.starts_with("DEALLOCATE") || tag == "DISCARD ALL" || is_catalog_change(tag);
    case 'P':
      return tag == "PREPARE";
    case 'A':
    case 'C':
    case 'I':
      return is_catalog_change(tag);
    default:
      return false;
  }
}

bool is_statement_outdated(const ErrorFields& error) {
  // The routine is not translated, as the text may be.
  if (error.sqlstate == sqlstate::kFeatureNotSupported) return error.routine == "RevalidateCachedQuery";
  return error.sqlstate == sqlstate::kInternalError && error.message.starts_with("cache lookup failed");
}

bool tells_of_statements(const ErrorFields& error) {
  return is_statement_outdated(error) || error.message.find(kServerNamePrefix) != std::string::npos;
}

}  // namespace howdah::protocol
