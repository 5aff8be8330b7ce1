// Where a new process asks the running one for its place: a Unix socket that only the same user and root may use. The
// first worker's thread.
#pragma once

#include <sys/types.h>

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/io/unique_fd.h"
#include "daemon/os/log.h"
#include "daemon/worker/worker.h"

namespace howdah::takeover {

// The same user as this process, `other`, or root runs the process at the other end.
[[nodiscard]] bool is_trusted(int socket, std::optional<uid_t> other = std::nullopt);

class ControlSocket {
 public:
  // A connected, non-blocking socket of a process that may be trusted.
  using OnAsked = std::function<void(io::UniqueFd socket)>;

  // Takes the path over from whoever listened there. The error says what could not be done.
  [[nodiscard]] static std::expected<std::unique_ptr<ControlSocket>, std::string> open(const std::string& path,
                                                                                       worker::Worker& worker,
                                                                                       os::Log& log, OnAsked on_asked);
  ControlSocket(io::UniqueFd listening, std::string path, worker::Worker& worker, os::Log& log, OnAsked on_asked);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  // Another process has the path now: it is not unlinked at the end.
  void leave_path() { path_.clear(); }

 private:
  void on_acceptable();

  io::UniqueFd listening_;
  std::string path_;
  worker::Worker& worker_;
  os::Log& log_;
  OnAsked on_asked_;
  worker::EventPointer event_;
};

}  // namespace howdah::takeover
