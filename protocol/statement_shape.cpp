#include "protocol/statement_shape.h"

#include <string_view>

namespace howdah::protocol {

namespace {

// FNV-1a: the texts are short, and nobody gains by making two of them meet.
class Digest {
 public:
  void add(std::string_view bytes) {
    for (const char byte : bytes) value_ = (value_ ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3U;
  }
  [[nodiscard]] std::uint64_t value() const { return value_ == 0 ? 1 : value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

constexpr std::size_t kTableAndColumn = 4 + 2;
constexpr std::size_t kTypeSizeAndModifier = 4 + 2 + 4;
constexpr std::size_t kFormat = 2;

// 0 where it cannot be read.
std::uint64_t digest_of_columns(Bytes body) {
  ByteReader reader(body);
  Digest digest;
  const auto count = reader.int16();
  if (!count) return 0;
  digest.add(body.substr(0, 2));
  for (auto left = static_cast<std::uint16_t>(*count); left > 0; --left) {
    const auto name = reader.c_string();
    const auto table = reader.take(kTableAndColumn);
    const auto type = reader.take(kTypeSizeAndModifier);
    const auto format = reader.take(kFormat);
    if (!name || !table || !type || !format) return 0;
    digest.add(*name);
    digest.add(std::string_view("\0", 1));
    digest.add(*type);
  }
  return digest.value();
}

bool fits_where_known(std::uint64_t one, std::uint64_t other) {
  return one == 0 || other == 0 || one == other;
}

}  // namespace

bool StatementShape::fits(const StatementShape& other) const {
  return fits_where_known(parameters, other.parameters) && fits_where_known(rows, other.rows);
}

void StatementShape::note(char type, Bytes body) {
  if (type == 'T') {
    rows = digest_of_columns(body);
    return;
  }
  Digest digest;
  digest.add(body);
  (type == 't' ? parameters : rows) = digest.value();
}

}  // namespace howdah::protocol
