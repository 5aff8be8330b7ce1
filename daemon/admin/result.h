// What a SHOW answers with: named, typed columns and rows of text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::admin {

// The values are PostgreSQL's own type oids.
enum class ColumnType : std::int32_t { Int8 = 20, Int4 = 23, Text = 25, Numeric = 1700 };

struct Column {
  std::string_view name;
  ColumnType type = ColumnType::Text;
};

// As PostgreSQL prints it; numbers are whole decimal ones. Nothing: null.
using Value = std::optional<std::string>;
// As many values as the result has columns.
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

// How a value is sent: the values are the protocol's format codes.
enum class Format : std::int16_t { Text = 0, Binary = 1 };

}  // namespace howdah::admin
