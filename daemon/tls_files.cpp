#include "daemon/tls_files.h"

#include <utility>

namespace howdah {

// What is written while it is read is met the next time: its stamp differs then.
std::expected<io::TlsContextPointer, std::string> TlsFiles::read(const config::TlsSettings& settings) {
  if (settings.mode == config::TlsMode::Disable) return nullptr;
  const std::lock_guard lock(mutex_);
  seen_ = stamps(settings);
  return io::TlsContext::make(settings);
}

void TlsFiles::look() {
  const auto settings = settings_.current();
  const auto& tls = settings->client.tls;
  if (tls.mode == config::TlsMode::Disable) return;
  {
    const std::lock_guard lock(mutex_);
    if (stamps(tls) == seen_) return;
  }
  auto context = read(tls);
  if (!context) {
    return log_.warning("TLS files cannot be used, those before stay", {{"error", context.error()}});
  }
  const std::lock_guard lock(mutex_);
  if (settings_.current() != settings) return;  // a reload has read others meanwhile
  contexts_.replace(std::move(*context));
  log_.info("TLS files read", {{"certificate", tls.certificate}});
}

std::vector<os::FileStamp> TlsFiles::stamps(const config::TlsSettings& settings) {
  return {os::FileStamp::of(settings.certificate), os::FileStamp::of(settings.key), os::FileStamp::of(settings.ca)};
}

}  // namespace howdah
