#include "config/roff.h"

#include <algorithm>
#include <cctype>

namespace howdah::config {

namespace {

constexpr std::string_view kItem = "- ";
constexpr std::string_view kIndent = "  ";

// Escapes as in roff_text; `code` becomes bold.
std::string roff_prose(std::string_view text) {
  std::string prose;
  while (!text.empty()) {
    const auto begin = std::min(text.find('`'), text.size());
    prose += roff_text(text.substr(0, begin));
    text.remove_prefix(begin);
    if (text.empty()) break;
    const auto end = std::min(text.find('`', 1), text.size());
    prose += roff_bold(text.substr(1, end - 1));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return prose;
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string escaped;
  bool begins_line = true;
  for (const char byte : text) {
    if (begins_line && (byte == '.' || byte == '\'')) escaped += "\\&";
    begins_line = byte == '\n';
    switch (byte) {
      case '\\':
        escaped += "\\e";
        break;
      case '-':
        escaped += "\\-";
        break;
      case '\'':
        escaped += "\\(aq";
        break;
      case '`':
        escaped += "\\(ga";
        break;
      case '^':
        escaped += "\\(ha";
        break;
      case '~':
        escaped += "\\(ti";
        break;
      default:
        escaped += byte;
    }
  }
  return escaped;
}

std::string roff_bold(std::string_view text) {
  return "\\fB" + roff_text(text) + "\\fP";
}

std::string roff_list(std::string_view markdown) {
  std::string list;
  while (!markdown.empty()) {
    const auto end = std::min(markdown.find('\n'), markdown.size());
    auto line = markdown.substr(0, end);
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
    if (line.starts_with(kItem)) list += ".IP \\(bu 2\n";
    if (line.starts_with(kItem) || line.starts_with(kIndent)) line.remove_prefix(kIndent.size());
    list += roff_prose(line) + "\n";
  }
  return list;
}

std::string roff_title(std::string_view name, int section, std::string_view what) {
  std::string upper(name);
  std::ranges::transform(upper, upper.begin(), [](unsigned char byte) { return std::toupper(byte); });
  return ".TH " + upper + " " + std::to_string(section) +
         " " HOWDAH_VERSION_DATE " \"howdah " HOWDAH_VERSION "\"\n.SH NAME\n" + std::string(name) + " \\- " +
         std::string(what) + "\n";
}

}  // namespace howdah::config
