// What a client has prepared, from one lease to the next: the part of its statements that it keeps while it is idle,
// and so kept small. Owned by a session; a StatementTranslator changes it during a lease. One worker's thread.
#pragma once

#include <boost/container/flat_set.hpp>
#include <cstdint>
#include <string>

#include "protocol/server_statements.h"
#include "protocol/statement_names.h"

namespace howdah::client {

struct UnnamedStatement {
  protocol::UnnamedNumber number = 0;      // 0: there is none
  std::string definition = {};             // empty: too large to be carried, lost, or shared
  protocol::StatementPointer shared = {};  // what stands for it on servers, under a name
  bool names_statements = false;
  bool is_setting = false;  // a plain SET or RESET
};

struct ClientStatements {
  protocol::StatementNames names;
  boost::container::flat_set<std::string, std::less<>> sql_names;  // prepared by SQL, as far as we have seen
  UnnamedStatement unnamed;
  std::uint32_t unnamed_count = 0;  // of those that it has had
};

}  // namespace howdah::client
