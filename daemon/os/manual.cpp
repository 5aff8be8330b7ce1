#include "daemon/os/manual.h"

#include <algorithm>
#include <string_view>

#include "config/roff.h"

namespace howdah::os {

namespace {

constexpr std::string_view kBegin = R"(.SH SYNOPSIS
.B howdah
.RB [ \-c
.IR FILE ]
.br
.B howdah \-\-backend
.I DSN
.RB [ \-\-listen
.IR ADDRESS ]...
.br
.B howdah \-\-check
.I FILE
.SH DESCRIPTION
Applications connect to
.B howdah
as they would to PostgreSQL; it runs their work on a small number of connections to the real one, and hands such a
connection from one client to the next only where a transaction has ended.
It runs in the foreground and logs to standard error.
What it does is said by its configuration,
.BR howdah.yaml (5).
.PP
At run time it is looked at and told what to do on its console, which is a database: \(dqpsql howdah\(dq, then SHOW HELP.
.SH OPTIONS
)";

constexpr std::string_view kEnd = R"(.SH SIGNALS
.TP
.B SIGTERM
No new clients; those that are there go when their transaction has ended, at the latest after
.BR shutdown_timeout .
A second one ends at once.
.TP
.B SIGINT
Ends at once: every client is told 57P01.
.TP
.B SIGHUP
Reads the configuration and the files of client.tls again.
Where there is a mistake in them, nothing changes; the log tells.
.SH EXIT STATUS
.TP
.B 0
It was told to end, or has printed what was asked for.
.TP
.B 1
It could not start, or not go on; standard error tells why.
.TP
.B 2
The command line or the configuration is wrong: starting it again would not help.
.SH ENVIRONMENT
.TP
.B NOTIFY_SOCKET
How the service goes is told there, in the way of
.BR sd_notify (3).
.PP
The variables of libpq (PGPASSFILE, PGSSLROOTCERT and so on) hold for connections to backends, and those that the
configuration names with {env: NAME} are read.
.SH FILES
.TP
.I /etc/howdah/howdah.yaml
The configuration, unless another one is named.
.SH SEE ALSO
.BR howdah.yaml (5),
.BR psql (1)
)";

// "-c,--config" and "FILE" as the line above what they mean.
std::string tag(const ManualEntry& entry) {
  std::string line;
  std::string_view names = entry.names;
  while (!names.empty()) {
    const auto name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(names.size(), name.size() + 1));
    line += (line.empty() ? "" : ", ") + config::roff_bold(name);
  }
  if (!entry.value.empty()) line += " \\fI" + config::roff_text(entry.value) + "\\fP";
  return line;
}

}  // namespace

std::string program_manual(const std::vector<ManualEntry>& options) {
  auto page = config::roff_title("howdah", 1, "connection pooler for PostgreSQL");
  page += kBegin;
  for (const auto& option : options) page += ".TP\n" + tag(option) + "\n" + config::roff_text(option.meaning) + ".\n";
  page += kEnd;
  return page;
}

}  // namespace howdah::os
