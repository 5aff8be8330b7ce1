// A prepared statement as clients, servers and the cache share it: what a Parse message says behind the name, which is
// the text and the types of its parameters. Immutable but for what is learned of it; any thread. (PostgreSQL
// documentation: "Extended Query"; Parse in "Message Formats")
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/bytes.h"
#include "protocol/statement_shape.h"

namespace howdah::protocol {

// No client's statement has a name on a server that begins like this.
inline constexpr std::string_view kServerNamePrefix = "howdah_";

class TellingNames;

class Statement {
 public:
  Statement(std::uint64_t number, std::string_view variant, Bytes definition, std::uint64_t catalog_version = 0);

  // Unique in its cache, never given again.
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] const std::string& server_name() const { return server_name_; }
  // What follows the name in a Parse message: the text, its zero byte, the count and the types.
  [[nodiscard]] Bytes definition() const { return Bytes(key_).substr(variant_bytes_); }
  // Its text has words that tell of state left behind or of other statements, see StatementWords, or one of these names
  // (null: none).
  [[nodiscard]] bool is_telling(const TellingNames* names) const {
    return is_telling_ || (names != nullptr && holds_name(*names));
  }
  // See plannable_text.h.
  [[nodiscard]] bool is_plannable() const { return is_plannable_; }
  [[nodiscard]] bool holds_time_of_parse() const { return holds_time_of_parse_; }
  // When it was made: the catalog that its text was first read with, see StatementCache.
  [[nodiscard]] std::uint64_t catalog_version() const { return catalog_version_; }

  // What clients have been told of it, and will read its rows by.
  [[nodiscard]] StatementShape told() const { return {.parameters = told_parameters_, .rows = told_rows_}; }
  // What was learned first stays.
  void note_told(const StatementShape& shape) const;
  // The catalog has changed so that its rows would not be those that clients were told of.
  [[nodiscard]] bool is_outdated() const { return is_outdated_; }
  void note_outdated() const { is_outdated_ = true; }

  [[nodiscard]] Bytes variant() const { return Bytes(key_).substr(0, variant_bytes_); }
  // Variant and definition: the same for equal statements only.
  [[nodiscard]] Bytes key() const { return key_; }

 private:
  [[nodiscard]] bool holds_name(const TellingNames& names) const;

  std::uint64_t number_;
  std::string server_name_;
  std::string key_;
  std::size_t variant_bytes_;
  std::uint64_t catalog_version_;
  bool is_telling_;
  bool is_plannable_;
  bool holds_time_of_parse_;
  mutable std::atomic<std::uint64_t> judged_by_ = 0;  // the version of the names looked for last; odd: one is in it
  mutable std::atomic<std::uint64_t> told_parameters_ = 0;
  mutable std::atomic<std::uint64_t> told_rows_ = 0;
  mutable std::atomic<bool> is_outdated_ = false;
};

// Equal pointers: the same text and types, for the same variant, of the same catalog.
using StatementPointer = std::shared_ptr<const Statement>;

}  // namespace howdah::protocol
