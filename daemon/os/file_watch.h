// Notices that files which the configuration was read from have changed: the configuration itself, those that it names,
// and those with secrets. Looking is cheap: nothing is opened. Any thread; it blocks as files do.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "daemon/os/file_stamp.h"

namespace howdah::os {

class FileWatch {
 public:
  using Read = std::expected<config::Settings, std::vector<config::Problem>>;
  using Stamps = std::map<std::string, FileStamp>;

  // Has the configuration read out of the outside world. Each file that is asked for there is noted as it is before it
  // is read, so that what is written meanwhile is a change; also when nothing comes of it, so that a mistake is not
  // looked at again before somebody has changed something.
  [[nodiscard]] Read read(const std::function<Read(const config::Outside& outside)>& reading);
  // A file that is not what it was at the last reading; nothing: all are, or there was no reading.
  [[nodiscard]] std::optional<std::string> find_change() const;

  // Those of the last reading; and those of one that was done elsewhere.
  [[nodiscard]] Stamps stamps() const;
  void note(Stamps stamps);

 private:
  mutable std::mutex mutex_;
  Stamps stamps_;  // under mutex_
};

}  // namespace howdah::os
