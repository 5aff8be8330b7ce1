// howdah.yaml(5): all options, as a page of the manual.
#include <string>

#include "config/configuration.h"
#include "config/conventions.h"
#include "config/option_table.h"
#include "config/roff.h"

namespace howdah::config {

namespace {

constexpr std::string_view kDescription = R"(.SH SYNOPSIS
.I /etc/howdah/howdah.yaml
.SH DESCRIPTION
The configuration of
.BR howdah (1)
is one YAML file.
.B howdah \-\-check
.I FILE
tells every mistake in it at once, each with its line, and
.B howdah \-\-example\-config
prints a file with all options.
)";

constexpr std::string_view kEnd = R"(.SH EXAMPLE
.EX
listen:
  \- 127.0.0.1:6432
  \- unix:/run/howdah
databases:
  "*":
    backend: postgresql://127.0.0.1:5432
    pool: {mode: transaction, max_size: 20}
auth:
  \- {from: local, method: backend}
  \- {from: 127.0.0.0/8, method: backend}
.EE
.SH SEE ALSO
.BR howdah (1)
)";

std::string heading(std::string_view section) {
  if (section.empty()) return ".SH OPTIONS\n";
  return ".SS " + roff_text(section) + "\n";
}

// What a reader looks for first: what it takes, and what holds without it.
std::string facts(const Option& option, Subject& defaults) {
  const auto field = option.field(defaults);
  auto text = "Takes: " + kind_text(field) + ". ";
  if (option.is_required) {
    text += "Required.";
  } else {
    const auto value = field_text(field);
    text += "Default: " + (value.empty() ? "none" : value) + ".";
  }
  if (option.reload == Reload::Restart) text += " A change needs a restart.";
  if (option.reload == Reload::Replace) text += " A reload changes it for new connections.";
  return text;
}

std::string entry(const Option& option, Subject& defaults) {
  return ".TP\n" + roff_bold(split_path(option.path).key) + "\n" + roff_text(option.help) + "\n.br\n" +
         roff_text(facts(option, defaults)) + "\n";
}

}  // namespace

std::string option_manual() {
  Subject defaults;
  auto page = roff_title("howdah.yaml", 5, "configuration of the PostgreSQL connection pooler howdah");
  page += kDescription;
  page += roff_list(conventions());
  const Option* previous = nullptr;
  for (const auto& option : option_table()) {
    const auto section = split_path(option.path).section;
    if (previous == nullptr || split_path(previous->path).section != section) page += heading(section);
    page += entry(option, defaults);
    previous = &option;
  }
  page += kEnd;
  return page;
}

}  // namespace howdah::config
