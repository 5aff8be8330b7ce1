// What a database's catalog tells of its own functions, and of the tables, views and types that run them: one query,
// the rows of its answer, and the names that follow from them. PostgreSQL's own functions are known, those written in C
// are taken to leave nothing. (PostgreSQL documentation: "System Catalogs")
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.h"
#include "protocol/telling_names.h"

namespace howdah::protocol {

// It begins so.
inline constexpr std::string_view kCatalogMark = "/* howdah: which functions may leave something? */";

// Two statements for one Query message. They mean the same whatever search_path the session has.
[[nodiscard]] std::string catalog_query();

class CatalogReading {
 public:
  // The body of a DataRow of either statement.
  void take_row(Bytes body);

  // An answer that makes no sense.
  [[nodiscard]] bool is_bad() const { return is_bad_; }
  // There is more than may be read.
  [[nodiscard]] bool is_too_large() const { return size_bytes_ > kMostBytes; }
  // Equal for equal rows, in whatever order.
  [[nodiscard]] std::uint64_t digest() const { return digest_; }

  // So many connections the server allows to users who are no superusers; 0: it did not say.
  [[nodiscard]] int connections_limit() const { return connections_limit_; }

  // What may be left, by the keys of names; is_everything: what may run a telling function cannot be seen in a text.
  struct Telling {
    TellingNames::Map names;
    bool is_everything = false;
    TellingNames::Map names_with_sequences;  // those, and by which nextval may be called
    bool reads_sequences = false;            // one of the texts calls lastval or currval
  };
  [[nodiscard]] Telling telling() const;

 private:
  static constexpr std::size_t kMostBytes = 16UL * 1024 * 1024;  // of names and texts, as hexadecimal digits

  enum class Kind : char {
    Body = 'f',       // of a function, or what is done whenever the name is used
    View = 'v',       // who writes to it writes to what it names
    Writing = 'w',    // what is done where the name is written to
    Trigger = 't',    // the second name is run then
    Reaches = 'e',    // what is done to the first is done to the second
    Hidden = 'h',     // it is run by what no text needs to name
    OnCommand = 'c',  // it is run by DDL
    Limit = 'l',      // its name is a number, see connections_limit
  };
  struct Row {
    Kind kind;
    std::string name;
    std::string other;  // of a text, its language, or "expression" where PostgreSQL has written it; else a name
    std::string body;   // in digits
  };
  [[nodiscard]] static std::string text_of(const Row& row);
  void take_limit(std::string_view number);

  std::vector<Row> rows_;
  std::size_t size_bytes_ = 0;
  std::uint64_t digest_ = 0;
  int connections_limit_ = 0;
  bool is_bad_ = false;
};

}  // namespace howdah::protocol
