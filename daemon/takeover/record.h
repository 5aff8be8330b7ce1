// Values with tags, as one process tells them to the next one, which may be of another version. A reader that does not
// know a tag must not act on the record, unless the tag says that it may be passed over.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/bytes.h"

namespace howdah::takeover {

// Numbers are part of the protocol: none is ever used for something else.
enum class Tag : std::uint16_t {
  // Of the whole.
  OldestVersion = 1,  // of this protocol, that the sender speaks
  NewestVersion = 2,
  Program = 3,  // the version of the program
  Text = 4,
  IsLent = 5,
  LastClient = 6,  // the highest number of a client so far
  Number = 7,      // of the client, or the cancel, that a message is about
  IsFound = 8,
  Connections = 9,
  Password = 10,
  ClientKey = 11,
  ServerKey = 12,

  // Of a client.
  User = 20,
  Database = 21,
  Address = 22,
  Port = 23,
  StartupSettings = 24,
  Settings = 25,
  KeyNumber = 26,
  KeySecret = 27,
  Statement = 28,
  SqlName = 29,
  Unnamed = 30,
  Begin = 31,
  IsBeginFailed = 32,
  Unread = 33,
  ConnectedAt = 34,  // milliseconds since 1970
  IsStatementMode = 35,
  ReadsSequences = 36,

  // Of a setting, a statement.
  Name = 50,
  Value = 51,
  Kind = 52,
  Variant = 53,
  Definition = 54,
  Parameters = 55,
  Rows = 56,
  IsOutdated = 57,
  NamesStatements = 58,
  IsSetting = 59,
};
inline constexpr auto kLastTag = Tag::IsSetting;

// Tags from here on may be passed over by a reader that does not know them.
inline constexpr std::uint16_t kFirstOptionalTag = 0x8000;

// What it held is overwritten at its end: there may be secrets among the values.
class Record {
 public:
  Record() = default;
  ~Record();
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
  Record(Record&&) noexcept = default;
  Record& operator=(Record&&) = delete;

  Record& add(Tag tag, std::string_view value);
  Record& add(Tag tag, std::uint64_t value);
  // Left out where it is false.
  Record& add_flag(Tag tag, bool value);

  // Views into the record. The first one of that tag; nothing where there is none.
  [[nodiscard]] std::optional<std::string_view> text(Tag tag) const;
  // Nothing too where it is not a number.
  [[nodiscard]] std::optional<std::uint64_t> number(Tag tag) const;
  [[nodiscard]] bool flag(Tag tag) const { return number(tag).value_or(0) != 0; }
  [[nodiscard]] std::vector<std::string_view> all(Tag tag) const;

  // With these bytes in front.
  [[nodiscard]] std::string encoded(std::string_view front = {}) const;
  // It holds what must be known and is not: what it tells is to be declined.
  [[nodiscard]] bool is_beyond_us() const;
  // Nothing where the bytes are no record.
  [[nodiscard]] static std::optional<Record> read(protocol::Bytes bytes);
  // The same; nothing also where it is beyond us.
  [[nodiscard]] static std::optional<Record> read_known(protocol::Bytes bytes);

 private:
  std::deque<std::pair<std::uint16_t, std::string>> values_;  // whose elements stay where they are
};

}  // namespace howdah::takeover
