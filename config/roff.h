// Text for a page of the manual, in the language of man(7).
#pragma once

#include <string>
#include <string_view>

namespace howdah::config {

// So that it is printed as it is, wherever it stands in a line. Line feeds end lines here too.
[[nodiscard]] std::string roff_text(std::string_view text);

// The same in bold.
[[nodiscard]] std::string roff_bold(std::string_view text);

// Of Markdown what the reference needs: lists with "- ", whose items may go on in indented lines, and `code`.
[[nodiscard]] std::string roff_list(std::string_view markdown);

// The first lines of a page: of "howdah.yaml" in section 5, with what it is in a few words.
[[nodiscard]] std::string roff_title(std::string_view name, int section, std::string_view what);

}  // namespace howdah::config
