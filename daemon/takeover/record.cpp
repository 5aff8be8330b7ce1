#include "daemon/takeover/record.h"

#include <algorithm>

#include "protocol/crypto.h"

namespace howdah::takeover {

using protocol::Bytes;

Record::~Record() {
  for (auto& [tag, value] : values_) protocol::cleanse(value);
}

Record& Record::add(Tag tag, std::string_view value) {
  values_.emplace_back(static_cast<std::uint16_t>(tag), value);
  return *this;
}

Record& Record::add(Tag tag, std::uint64_t value) {
  const auto wire = protocol::to_wire(value);
  return add(tag, std::string_view(wire.data(), wire.size()));
}

Record& Record::add_flag(Tag tag, bool value) {
  return value ? add(tag, std::uint64_t{1}) : *this;
}

std::optional<std::string_view> Record::text(Tag tag) const {
  const auto found = std::ranges::find(values_, static_cast<std::uint16_t>(tag), [](const auto& v) { return v.first; });
  return found == values_.end() ? std::nullopt : std::optional<std::string_view>(found->second);
}

std::optional<std::uint64_t> Record::number(Tag tag) const {
  const auto value = text(tag);
  if (!value || value->size() != sizeof(std::uint64_t)) return std::nullopt;
  return protocol::read_integer<std::uint64_t>(*value);
}

std::vector<std::string_view> Record::all(Tag tag) const {
  std::vector<std::string_view> found;
  for (const auto& [number, value] : values_) {
    if (number == static_cast<std::uint16_t>(tag)) found.emplace_back(value);
  }
  return found;
}

// Each value: two bytes of tag, four of length, itself. Nothing is left behind by a growing string.
std::string Record::encoded(std::string_view front) const {
  std::size_t size = front.size();
  for (const auto& [tag, value] : values_) size += sizeof tag + sizeof(std::int32_t) + value.size();
  std::string out;
  out.reserve(size);
  out += front;
  for (const auto& [tag, value] : values_) {
    protocol::append_integer(out, tag);
    protocol::append_int32(out, static_cast<std::int32_t>(value.size()));
    out += value;
  }
  return out;
}

std::optional<Record> Record::read(Bytes bytes) {
  Record record;
  protocol::ByteReader reader(bytes);
  while (!reader.is_empty()) {
    const auto tag = reader.int16();
    const auto length = reader.int32();
    if (!tag || !length || *length < 0) return std::nullopt;
    const auto value = reader.take(static_cast<std::size_t>(*length));
    if (!value) return std::nullopt;
    record.values_.emplace_back(static_cast<std::uint16_t>(*tag), *value);
  }
  return record;
}

bool Record::is_beyond_us() const {
  return std::ranges::any_of(values_, [](const auto& value) {
    return value.first > static_cast<std::uint16_t>(kLastTag) && value.first < kFirstOptionalTag;
  });
}

std::optional<Record> Record::read_known(Bytes bytes) {
  auto record = read(bytes);
  if (record && record->is_beyond_us()) return std::nullopt;
  return record;
}

}  // namespace howdah::takeover
