// The reference of all options, in Markdown.
#include <string>

#include "config/configuration.h"
#include "config/option_table.h"

namespace howdah::config {

namespace {

constexpr std::string_view kIntroduction = R"(# Configuration reference

This page is made from the table of options in the code: `howdah --describe-config` prints it.

The configuration is one YAML file. `howdah --check FILE` tells every mistake in it at once, each with its line.

- Times are a whole number and `ms`, `s`, `min` (or `m`), `h` or `d`: `30s`. `0` needs no unit.
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
  begins then: a new limit counts from the next request, a new size from the next connection. next: from a reload on, for
  connections that are made then; server connections that a new value does not fit go as soon as they are free. restart: a
  reload says that it needs a restart, and changes the others. Entries of databases and users may come and go. A
  configuration with a mistake changes nothing.
)";

std::string cell(std::string_view text) {
  return " " + std::string(text) + " |";
}

std::string_view reload_word(Reload reload) {
  switch (reload) {
    case Reload::Live:
      return "yes";
    case Reload::Replace:
      return "next";
    case Reload::Restart:
      return "restart";
  }
  return "";
}

std::string code(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string default_cell(const Option& option, const Field& field) {
  if (option.is_required) return "required";
  const auto text = field_text(field);
  return text.empty() ? "none" : code(text);
}

std::string row(const Option& option, Subject& defaults) {
  const auto field = option.field(defaults);
  return "|" + cell(code(split_path(option.path).key)) + cell(kind_text(field)) + cell(default_cell(option, field)) +
         cell(reload_word(option.reload)) + cell(option.help) + "\n";
}

std::string heading(std::string_view section) {
  const auto title = section.empty() ? std::string("Top level") : code(section);
  return "\n## " + title +
         "\n\n"
         "| Option | Takes | Default | Reload | Meaning |\n"
         "| --- | --- | --- | --- | --- |\n";
}

}  // namespace

std::string describe_options() {
  Subject defaults;
  std::string text(kIntroduction);
  const Option* previous = nullptr;
  for (const auto& option : option_table()) {
    const auto section = split_path(option.path).section;
    if (previous == nullptr || split_path(previous->path).section != section) text += heading(section);
    text += row(option, defaults);
    previous = &option;
  }
  return text;
}

}  // namespace howdah::config
