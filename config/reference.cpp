// The reference of all options, in Markdown.
#include <string>

#include "config/configuration.h"
#include "config/conventions.h"
#include "config/option_table.h"

namespace howdah::config {

namespace {

constexpr std::string_view kIntroduction = R"(# Configuration reference

This page is made from the table of options in the code: `howdah --describe-config` prints it.

The configuration is one YAML file. `howdah --check FILE` tells every mistake in it at once, each with its line.

)";

std::string cell(std::string_view text) {
  return " " + std::string(text) + " |";
}

std::string_view reload_word(Reload reload) {
  switch (reload) {
    case Reload::Live:
    case Reload::Reopen:
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
  text += conventions();
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
