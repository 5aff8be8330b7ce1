// The files of dashboard/, which the build makes a source of.
#pragma once

#include <string_view>

namespace howdah::stats::dashboard {

extern const std::string_view kHtml;
extern const std::string_view kCss;
extern const std::string_view kScript;
extern const std::string_view kIcon;

}  // namespace howdah::stats::dashboard
