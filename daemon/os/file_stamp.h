// What tells that a file is another one than before, or has been written to: not its content.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

namespace howdah::os {

struct FileStamp {
  std::int64_t device = 0;
  std::int64_t number = 0;  // 0: there is no such file
  std::int64_t size = 0;
  std::int64_t written_at = 0;  // nanoseconds
  std::int64_t changed_at = 0;  // the same; also by chmod

  [[nodiscard]] static FileStamp of(const std::string& path) {
    struct stat facts{};
    if (path.empty() || stat(path.c_str(), &facts) != 0) return {};
    return {.device = static_cast<std::int64_t>(facts.st_dev),
            .number = static_cast<std::int64_t>(facts.st_ino),
            .size = facts.st_size,
            .written_at = nanoseconds(facts.st_mtim),
            .changed_at = nanoseconds(facts.st_ctim)};
  }
  friend bool operator==(const FileStamp&, const FileStamp&) = default;

 private:
  static std::int64_t nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }
};

}  // namespace howdah::os
