// What stands behind the public Configuration.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <vector>

#include "config/configuration.h"
#include "config/settings.h"
#include "daemon/howdah.h"
#include "daemon/os/file_watch.h"

namespace howdah {

using ReadSettings = std::expected<config::Settings, std::vector<config::Problem>>;

struct [[gnu::visibility("hidden")]] Configuration::Content {
  using Source = std::function<ReadSettings(const config::Outside& outside)>;

  std::shared_ptr<const config::Settings> settings;
  Source source;                 // of the settings; any thread
  os::FileWatch::Stamps stamps;  // of the files that it has read

  [[nodiscard]] static Result<Configuration> read(Source from);
};

// The problems, as the library's users know them.
[[nodiscard]] std::vector<Problem> as_public(const std::vector<config::Problem>& problems);

}  // namespace howdah
