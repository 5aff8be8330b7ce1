#include "daemon/os/error_output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <string>

namespace howdah::os {

namespace {

constexpr std::chrono::milliseconds kPatience{100};

}  // namespace

bool ErrorOutput::write_line(std::string_view line) {
  std::string text;
  text.reserve(line.size() + 2);
  if (is_torn_) text += '\n';
  text += line;
  text += '\n';
  is_stalled_ = !write_all(text);
  return !is_stalled_;
}

bool ErrorOutput::write_all(std::string_view text) {
  while (!text.empty()) {
    // A pipe that has room takes as much as this without waiting, and in one piece.
    const auto piece = text.substr(0, PIPE_BUF);
    if (!is_writable()) return false;
    const auto written = write(fd_, piece.data(), piece.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
    is_torn_ = !text.empty();
  }
  return true;
}

bool ErrorOutput::is_writable() const {
  const auto patience = is_stalled_ ? std::chrono::milliseconds::zero() : kPatience;
  pollfd waiting{.fd = fd_, .events = POLLOUT, .revents = 0};
  int result = -1;
  do {
    result = poll(&waiting, 1, static_cast<int>(patience.count()));
  } while (result < 0 && errno == EINTR);
  return result > 0 && waiting.revents == POLLOUT;  // not POLLERR: its reader is gone
}

}  // namespace howdah::os
