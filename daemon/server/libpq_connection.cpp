#include "daemon/server/libpq_connection.h"

#include <libpq-fe.h>

#include <algorithm>
#include <vector>

namespace howdah::server {

void ConnectionDeleter::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

ConnectionPointer start_connection(const ConnectionKeywords& keywords) {
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : keywords) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  ConnectionPointer connection(PQconnectStartParams(names.data(), values.data(), 0));
  if (connection) PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

std::string one_line(std::string_view message) {
  auto line = std::string(message.substr(0, message.find_last_not_of('\n') + 1));
  std::ranges::replace(line, '\n', ' ');
  return line;
}

}  // namespace howdah::server
