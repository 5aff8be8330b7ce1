// Keeps what new TLS sessions begin with as the files of the configuration say: certificates are renewed while we run.
#pragma once

#include <array>
#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/settings.h"
#include "daemon/io/tls_context.h"
#include "daemon/os/log.h"

namespace howdah {

class TlsFiles {
 public:
  // All must outlive this.
  TlsFiles(const config::TlsSettings& settings, io::TlsContexts& contexts, os::Log& log)
      : settings_(settings), contexts_(contexts), log_(log) {}

  // Reads them for the first time; nothing where TLS is disabled.
  [[nodiscard]] std::expected<void, std::string> open();
  // Reads them again if one has changed, or in any case. Files that do not fit are told in the log and by the error,
  // and those read before stay in use. Blocks as files do. Any thread.
  std::expected<void, std::string> look(bool in_any_case);

 private:
  // Of a file: what changes with it.
  using Stamp = std::array<std::int64_t, 4>;

  [[nodiscard]] std::vector<Stamp> stamps() const;
  // Under the lock; `stamps` are those from before.
  [[nodiscard]] std::expected<void, std::string> read(std::vector<Stamp> stamps);

  const config::TlsSettings& settings_;
  io::TlsContexts& contexts_;
  os::Log& log_;
  std::mutex mutex_;
  std::vector<Stamp> seen_;  // under mutex_
};

}  // namespace howdah
