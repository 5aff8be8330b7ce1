// A prepared statement as clients, servers and the cache share it: what a Parse message says behind the name, which is
// the text and the types of its parameters. Immutable; any thread. (PostgreSQL documentation: "Extended Query"; Parse
// in "Message Formats")
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/bytes.h"

namespace howdah::protocol {

// No client's statement has a name on a server that begins like this.
inline constexpr std::string_view kServerNamePrefix = "howdah_";

class Statement {
 public:
  Statement(std::uint64_t number, std::string_view variant, Bytes definition);

  [[nodiscard]] const std::string& server_name() const { return server_name_; }
  // What follows the name in a Parse message: the text, its zero byte, the count and the types.
  [[nodiscard]] Bytes definition() const { return Bytes(key_).substr(variant_bytes_); }
  // Its text has words that tell of state left behind or of other statements: see StatementWords.
  [[nodiscard]] bool is_telling() const { return is_telling_; }
  // Variant and definition: the same for equal statements only.
  [[nodiscard]] Bytes key() const { return key_; }

 private:
  std::string server_name_;
  std::string key_;
  std::size_t variant_bytes_;
  bool is_telling_;
};

// Equal pointers: the same text and types, for the same variant.
using StatementPointer = std::shared_ptr<const Statement>;

}  // namespace howdah::protocol
