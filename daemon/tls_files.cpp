#include "daemon/tls_files.h"

#include <sys/stat.h>

#include <utility>

namespace howdah {

std::expected<void, std::string> TlsFiles::open() {
  if (settings_.mode == config::TlsMode::Disable) return {};
  const std::lock_guard lock(mutex_);
  return read(stamps());
}

std::expected<void, std::string> TlsFiles::look(bool in_any_case) {
  if (settings_.mode == config::TlsMode::Disable) return {};
  const std::lock_guard lock(mutex_);
  auto now = stamps();
  if (!in_any_case && now == seen_) return {};
  if (const auto done = read(std::move(now)); !done) {
    log_.warning("TLS files cannot be used, those before stay", {{"error", done.error()}});
    return done;
  }
  log_.info("TLS files read", {{"certificate", settings_.certificate}});
  return {};
}

// What is written while it is read is met the next time: its stamp differs then.
std::expected<void, std::string> TlsFiles::read(std::vector<Stamp> stamps) {
  seen_ = std::move(stamps);
  auto context = io::TlsContext::make(settings_);
  if (!context) return std::unexpected(context.error());
  contexts_.replace(std::move(*context));
  return {};
}

std::vector<TlsFiles::Stamp> TlsFiles::stamps() const {
  std::vector<Stamp> stamps;
  for (const auto* path : {&settings_.certificate, &settings_.key, &settings_.ca}) {
    struct stat facts{};
    if (path->empty() || stat(path->c_str(), &facts) != 0) {
      stamps.push_back({});
    } else {
      stamps.push_back(
          {facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, facts.st_size, static_cast<std::int64_t>(facts.st_ino)});
    }
  }
  return stamps;
}

}  // namespace howdah
