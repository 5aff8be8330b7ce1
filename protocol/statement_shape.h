// What a Describe tells about a prepared statement, so short that it can be kept and compared: the types of its
// parameters, and the names and types of its columns. Which table a column is of and in which format its values come
// does not belong to it. (PostgreSQL documentation: ParameterDescription, RowDescription, NoData in "Message Formats")
#pragma once

#include <cstdint>

#include "protocol/bytes.h"

namespace howdah::protocol {

struct StatementShape {
  // Equal numbers: the same types, the same columns. 0: not known.
  std::uint64_t parameters = 0;
  std::uint64_t rows = 0;

  [[nodiscard]] bool is_known() const { return (parameters | rows) != 0; }
  // In what is known of both.
  [[nodiscard]] bool fits(const StatementShape& other) const;
  // Takes a whole message of a server into account: 't', 'T' or 'n'.
  void note(char type, Bytes body);
};

}  // namespace howdah::protocol
