#include "config/conventions.h"

namespace howdah::config {

std::string_view conventions() {
  return R"(- Times are a whole number and `ms`, `s`, `min` (or `m`), `h` or `d`: `30s`. `0` needs no unit.
- Sizes are a whole number and `B`, `kB`, `MB`, `GB` or `TB`: `16MB`. As in PostgreSQL, 1kB is 1024B.
- A list of one may be written as its one value.
- The entry `"*"` of `databases` serves every name without an entry of its own. `howdah` and `pgbouncer` are names of the
  console and cannot be entries.
- The rules of `auth` are tried in order, and the first that matches decides; a client that none matches is turned away.
  Without `auth` and `hba_file` every client logs in with `scram-sha-256`.
- A file with a secret in it, this one too, must be a regular file that nobody else can read: ours with mode 600, or root's with
  at most 640. A secret may stand elsewhere: `{file: path}`, `{env: NAME}`.
- Paths of files are relative to the folder in which the process runs; those inside of `hba_file` and `ident_file` to the
  folder of the file that names them.
- Regular expressions are those of RE2, which has most of PostgreSQL's; what it lacks is an error.
- "Reload": yes: a new value holds from a reload on (SIGHUP, RELOAD on the console), or from SET on the console, for what
  begins then: a new limit counts from the next request, a new size from the next connection; `listen`, `admin.listen` and
  `admin.token` change at once, and by a reload alone. next: from a reload on, for connections that are made then, of
  clients or to servers; server connections that a new value does not fit go as soon as they are free. restart: a
  reload says that it needs a restart, and changes the others. Entries of databases, users and peers may come and go. A
  configuration with a mistake changes nothing.
)";
}

}  // namespace howdah::config
