#include "protocol/catalog_reading.h"

#include <array>
#include <charconv>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "protocol/function_body.h"
#include "protocol/hex.h"
#include "protocol/name_graph.h"

namespace howdah::protocol {

namespace {

constexpr std::string_view kExpression = "expression";

// DDL by which an event trigger may be run.
constexpr std::array<std::string_view, 10> kCommandsWithEvents = {"create", "alter",  "drop",    "comment", "grant",
                                                                  "revoke", "import", "refresh", "reindex", "security"};

// PostgreSQL writes a type behind each constant.
std::string without_types(std::string_view expression) {
  constexpr std::string_view kType = "::text";
  std::string text;
  for (auto found = expression.find(kType); found != std::string_view::npos; found = expression.find(kType)) {
    text.append(expression.substr(0, found));
    expression.remove_prefix(found + kType.size());
  }
  return text.append(expression);
}

std::optional<std::array<std::string_view, 4>> columns_of(Bytes body) {
  ByteReader reader(body);
  std::array<std::string_view, 4> columns;
  if (reader.int16() != 4) return std::nullopt;
  for (auto& column : columns) {
    const auto size = reader.int32();
    const auto bytes = size && *size >= 0 ? reader.take(static_cast<std::size_t>(*size)) : std::nullopt;
    if (!bytes) return std::nullopt;
    column = *bytes;
  }
  return columns;
}

bool may_leave_state(const TellingNames::Map& names, std::string_view name) {
  const auto found = names.find(name);
  if (found == names.end()) return false;
  return !found->second.always.kinds.is_empty() || !found->second.by_writing.kinds.is_empty();
}

bool reads_sequences(std::string_view text) {
  StatementWords words;
  words.begin_text();
  words.feed(text);
  words.end_text();
  return words.reads_sequences();
}

// What runs any text may call nextval as well.
TellingNames::Map with_sequences_of_any_text(TellingNames::Map names) {
  for (auto& [name, traces] : names) {
    for (auto* one : {&traces.always, &traces.by_writing}) {
      if (one->kinds.has(StateKind::CodeBlock)) one->kinds.add(StateKind::SequenceValue);
    }
  }
  return names;
}

TellingNames::Map without_sequences(TellingNames::Map names) {
  for (auto& [name, traces] : names) {
    for (auto* one : {&traces.always, &traces.by_writing}) one->kinds.remove(StateKind::SequenceValue);
  }
  std::erase_if(names,
                [](const auto& entry) { return entry.second.always.is_empty() && entry.second.by_writing.is_empty(); });
  return names;
}

bool is_of_settings_query(Bytes body) {
  return ByteReader(body).int16() == 3;
}

}  // namespace

void CatalogReading::take_row(Bytes body) {
  if (is_of_settings_query(body)) return;
  const auto columns = columns_of(body);
  if (columns && (*columns)[0].starts_with(static_cast<char>(Kind::Limit))) return take_limit((*columns)[1]);
  size_bytes_ += body.size();
  digest_ += std::hash<std::string_view>()(body);
  if (is_bad_ || is_too_large()) return rows_.clear();
  const auto name = columns ? from_hex((*columns)[1]) : std::nullopt;
  const auto other = columns ? from_hex((*columns)[2]) : std::nullopt;
  if (!name || !other || (*columns)[0].size() != 1) {
    is_bad_ = true;
    return;
  }
  rows_.push_back({static_cast<Kind>((*columns)[0].front()), *name, *other, std::string((*columns)[3])});
}

void CatalogReading::take_limit(std::string_view number) {
  constexpr int kMost = 262'143;  // PostgreSQL's own
  const auto text = from_hex(number).value_or("");
  int limit = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (end.ec == std::errc() && limit > 0 && limit <= kMost) connections_limit_ = limit;
}

CatalogReading::Telling CatalogReading::telling() const {
  NameGraph graph;
  for (const auto* name : {"nextval", "setval"}) graph.add_function(name, StateKind::SequenceValue);
  Telling telling;
  std::set<std::string> hidden;
  for (const auto& row : rows_) {
    const auto key = key_of_name(row.name);
    telling.reads_sequences = telling.reads_sequences || (!row.body.empty() && reads_sequences(text_of(row)));
    switch (row.kind) {
      case Kind::Body:
        graph.add_text(key, NameGraph::Use::Always, row.other, text_of(row));
        break;
      case Kind::View:
        graph.add_text(key, NameGraph::Use::AsView, row.other, text_of(row));
        break;
      case Kind::Writing:
        graph.add_text(key, NameGraph::Use::ByWriting, row.other, text_of(row));
        break;
      case Kind::Trigger:
        graph.add_trigger(key, key_of_name(row.other));
        break;
      case Kind::Reaches:
        graph.add_like(key, key_of_name(row.other));
        break;
      case Kind::Hidden:
        hidden.insert(key);
        break;
      case Kind::OnCommand:
        for (const auto command : kCommandsWithEvents) graph.add_like(std::string(command), key);
        break;
      case Kind::Limit:
        break;
    }
  }
  hidden.insert("");  // a name without a word in it
  telling.names_with_sequences = with_sequences_of_any_text(graph.telling());
  telling.names = without_sequences(telling.names_with_sequences);
  for (const auto& name : hidden) telling.is_everything = telling.is_everything || may_leave_state(telling.names, name);
  return telling;
}

std::string CatalogReading::text_of(const Row& row) {
  auto text = from_hex(row.body).value_or(std::string());
  return row.other == kExpression ? without_types(text) : std::move(text);
}

}  // namespace howdah::protocol
