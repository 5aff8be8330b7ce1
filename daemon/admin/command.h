// One console command, understood but not yet run: what it will answer with is known already.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "daemon/admin/shows.h"
#include "daemon/admin/statement.h"
#include "daemon/admin/trace_command.h"
#include "protocol/error_fields.h"

namespace howdah::admin {

struct Command {
  enum class Kind {
    Empty,     // no words: EmptyQueryResponse
    Show,      // rows of `show`
    Help,      // a notice
    Courtesy,  // what drivers say at their start, answered by `tag` and without effect
    Trace      // `trace` is to be carried out
  };
  // Drivers that are not in autocommit, and cursors of JDBC, count on transactions; nothing else here does.
  enum class Transaction { Unchanged, Begins, Ends };
  Kind kind = Kind::Empty;
  std::string_view tag = {};   // of CommandComplete
  const Show* show = nullptr;  // where kind is Show
  Transaction transaction = Transaction::Unchanged;
  TraceOrder trace = {};
};

// The error is a syntax error (42601), or says that an option cannot be set.
[[nodiscard]] std::expected<Command, protocol::ErrorFields> read_command(const Statement& statement);

// The notice that SHOW HELP answers with.
[[nodiscard]] protocol::ErrorFields help();

}  // namespace howdah::admin
