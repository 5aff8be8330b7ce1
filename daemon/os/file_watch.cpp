#include "daemon/os/file_watch.h"

#include "daemon/os/outside_world.h"

namespace howdah::os {

FileWatch::Read FileWatch::read(const std::function<Read(const config::Outside& outside)>& reading) {
  Stamps stamps;
  auto outside = outside_world();
  outside.read_file = [&stamps](const std::string& path) {
    stamps.try_emplace(path, FileStamp::of(path));
    return read_file(path);
  };
  auto result = reading(outside);
  note(std::move(stamps));
  return result;
}

std::optional<std::string> FileWatch::find_change() const {
  for (const auto& [path, stamp] : stamps()) {
    if (FileStamp::of(path) != stamp) return path;
  }
  return std::nullopt;
}

FileWatch::Stamps FileWatch::stamps() const {
  const std::lock_guard lock(mutex_);
  return stamps_;
}

void FileWatch::note(Stamps stamps) {
  const std::lock_guard lock(mutex_);
  stamps_ = std::move(stamps);
}

}  // namespace howdah::os
