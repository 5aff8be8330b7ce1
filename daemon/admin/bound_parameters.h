// Parameters of the console's commands: a word "$1" of a command is the first one, and so on. Their values come with
// Bind, in text or, whole numbers, in binary. (PostgreSQL documentation: "Message Formats")
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/admin/statement.h"
#include "protocol/bytes.h"
#include "protocol/error_fields.h"

namespace howdah::admin {

// A count and as many 16-bit codes; nothing where that is not what follows.
[[nodiscard]] std::optional<std::vector<std::int16_t>> read_format_codes(protocol::ByteReader& reader);
// Of Parse, to its end; nothing where that is not what follows.
[[nodiscard]] std::optional<std::vector<std::int32_t>> read_parameter_types(protocol::ByteReader& reader);

// One for each parameter of the statement: what the client said, else text.
[[nodiscard]] std::vector<std::int32_t> types_of_parameters(const Statement& statement,
                                                            std::span<const std::int32_t> told);
[[nodiscard]] Statement with_values(Statement statement, std::span<const std::string> values);
// With what any command takes in place of each parameter, to see whether it is one.
[[nodiscard]] Statement with_sample_values(const Statement& statement);
void append_parameter_description(std::string& out, std::span<const std::int32_t> types);

// As they came with Bind.
class BoundParameters {
 public:
  // Nothing where they cannot be read.
  [[nodiscard]] static std::optional<BoundParameters> read(protocol::ByteReader& reader);

  // The error says what PostgreSQL would of them. `statement`: its name.
  [[nodiscard]] std::expected<std::vector<std::string>, protocol::ErrorFields> texts(
      std::span<const std::int32_t> types, std::string_view statement) const;

 private:
  std::vector<std::int16_t> formats_;
  std::vector<std::optional<std::string>> values_;
};

}  // namespace howdah::admin
