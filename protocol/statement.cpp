#include "protocol/statement.h"

namespace howdah::protocol {

Statement::Statement(std::uint64_t number, std::string_view variant, Bytes definition)
    : server_name_(std::string(kServerNamePrefix) + std::to_string(number)), variant_bytes_(variant.size()) {
  key_.reserve(variant.size() + definition.size());
  key_.append(variant).append(definition);
}

}  // namespace howdah::protocol
