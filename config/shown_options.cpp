// SHOW CONFIG: the table of options, filled with the values of a configuration.
#include "config/configuration.h"
#include "config/option_walk.h"

namespace howdah::config {

std::vector<ShownOption> show_options(const Settings& settings) {
  Subject defaults;
  std::vector<ShownOption> options;
  OptionWalk(settings).for_each([&](std::string path, const Option& option, const Field& field) {
    options.push_back({.key = std::move(path),
                       .value = field_text(field),
                       .default_value = field_text(option.field(defaults)),
                       .is_changeable = option.reload == Reload::Live});
  });
  return options;
}

}  // namespace howdah::config
