#include "daemon/server/connection_string.h"

#include <libpq-fe.h>

#include <memory>
#include <string_view>

namespace howdah::server {

ConnectionString read_connection_string(const std::string& text) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
      PQconninfoParse(text.c_str(), &message), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned_message(message, &PQfreemem);
  ConnectionString read;
  if (!options) {
    read.error = message != nullptr ? message : "out of memory";
    return read;
  }
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (std::string_view(option->keyword) == "user") read.user = option->val;
    if (std::string_view(option->keyword) == "dbname") read.database = option->val;
  }
  return read;
}

}  // namespace howdah::server
