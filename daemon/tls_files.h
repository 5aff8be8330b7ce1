// Keeps what new TLS sessions begin with as the files of the configuration say: certificates are renewed while we run.
#pragma once

#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/settings.h"
#include "daemon/io/tls_context.h"
#include "daemon/live_settings.h"
#include "daemon/os/file_stamp.h"
#include "daemon/os/log.h"

namespace howdah {

class TlsFiles {
 public:
  // All must outlive this.
  TlsFiles(const LiveSettings& settings, io::TlsContexts& contexts, os::Log& log)
      : settings_(settings), contexts_(contexts), log_(log) {}

  // Reads those of other settings, for the first time or in a reload. Null where TLS is disabled. Blocks as files do.
  // Any thread.
  [[nodiscard]] std::expected<io::TlsContextPointer, std::string> read(const config::TlsSettings& settings);
  // New sessions begin with what was read.
  void use(io::TlsContextPointer context) {
    const std::lock_guard lock(mutex_);
    contexts_.replace(std::move(context));
  }
  // Reads them again, for new sessions, if one has changed. Files that do not fit are told in the log, and those read
  // before stay in use. Blocks as files do. Any thread.
  void look();

 private:
  [[nodiscard]] static std::vector<os::FileStamp> stamps(const config::TlsSettings& settings);

  const LiveSettings& settings_;
  io::TlsContexts& contexts_;
  os::Log& log_;
  std::mutex mutex_;
  std::vector<os::FileStamp> seen_;  // under mutex_
};

}  // namespace howdah
