#include "daemon/server/connection_string.h"

#include <libpq-fe.h>

#include <memory>

namespace howdah::server {

std::expected<ConnectionKeywords, std::string> read_connection_string(const std::string& text) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(text.c_str(), &message),
                                                                             &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned_message(message, &PQfreemem);
  if (!options) return std::unexpected(message != nullptr ? message : "out of memory");
  ConnectionKeywords keywords;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) keywords[option->keyword] = option->val;
  }
  return keywords;
}

std::string value_of(const ConnectionKeywords& keywords, const std::string& keyword) {
  const auto found = keywords.find(keyword);
  return found == keywords.end() ? "" : found->second;
}

}  // namespace howdah::server
