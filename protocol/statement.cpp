#include "protocol/statement.h"

#include "protocol/plannable_text.h"
#include "protocol/state_hints.h"
#include "protocol/statement_messages.h"
#include "protocol/telling_names.h"

namespace howdah::protocol {

Statement::Statement(std::uint64_t number, std::string_view variant, Bytes definition, std::uint64_t catalog_version)
    : number_(number),
      server_name_(std::string(kServerNamePrefix) + std::to_string(number)),
      variant_bytes_(variant.size()),
      catalog_version_(catalog_version) {
  key_.reserve(variant.size() + definition.size());
  key_.append(variant).append(definition);
  StatementWords words;
  words.begin_text();
  words.feed(statement_text(definition));
  words.end_text();
  is_telling_ = words.is_telling();
  is_plannable_ = protocol::is_plannable(statement_text(definition));
  holds_time_of_parse_ = protocol::holds_time_of_parse(statement_text(definition));
}

bool Statement::holds_name(const TellingNames& names) const {
  const auto judged = judged_by_.load(std::memory_order_relaxed);
  if (judged / 2 == names.version()) return judged % 2 == 1;
  const bool is_telling = names.is_in(statement_text(definition()));
  judged_by_.store(names.version() * 2 + (is_telling ? 1 : 0), std::memory_order_relaxed);
  return is_telling;
}

void Statement::note_told(const StatementShape& shape) const {
  const auto learn = [](std::atomic<std::uint64_t>& known, std::uint64_t learned) {
    std::uint64_t nothing = 0;
    if (learned != 0) known.compare_exchange_strong(nothing, learned);
  };
  learn(told_parameters_, shape.parameters);
  learn(told_rows_, shape.rows);
}

}  // namespace howdah::protocol
