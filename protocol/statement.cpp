#include "protocol/statement.h"

#include "protocol/state_hints.h"
#include "protocol/statement_messages.h"

namespace howdah::protocol {

Statement::Statement(std::uint64_t number, std::string_view variant, Bytes definition)
    : server_name_(std::string(kServerNamePrefix) + std::to_string(number)), variant_bytes_(variant.size()) {
  key_.reserve(variant.size() + definition.size());
  key_.append(variant).append(definition);
  StatementWords words;
  words.begin_text();
  words.feed(statement_text(definition));
  words.end_text();
  is_telling_ = words.is_telling();
}

}  // namespace howdah::protocol
