#include "daemon/trace/trace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace howdah::trace {

namespace {

std::string reason(int error) {
  return std::error_code(error, std::generic_category()).message();
}

}  // namespace

Slot Slots::take() {
  if (++*taken_ > kMost) {
    --*taken_;
    return nullptr;
  }
  return {taken_.get(), [taken = taken_](void*) { --*taken; }};
}

std::expected<std::shared_ptr<TraceFile>, std::string> TraceFile::create(const Place& place,
                                                                         std::string_view first_line, Slot slot,
                                                                         worker::Offload& threads) {
  auto path = place.folder + "/" + place.name;
  io::UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (fd.get() < 0) return std::unexpected(fmt::format("cannot make \"{}\": {}", path, reason(errno)));
  std::shared_ptr<TraceFile> file(
      new TraceFile(std::move(path), std::move(fd), place.most_bytes, std::move(slot), threads));
  if (const auto failure = file->write_all(first_line); !failure.empty()) {
    file->remove();
    return std::unexpected(fmt::format("cannot write \"{}\": {}", file->path_, failure));
  }
  file->size_bytes_ = static_cast<std::int64_t>(first_line.size());
  return file;
}

TraceFile::Taken TraceFile::append(std::string_view lines) {
  const std::lock_guard lock(mutex_);
  if (!failure_.empty()) return Taken::Failed;
  const auto size = static_cast<std::int64_t>(lines.size());
  if (is_finished_ || size_bytes_ + size + kRoomForLastLine > most_bytes_) return Taken::Full;
  if (waiting_.size() + lines.size() > kMostWaiting) return Taken::TooFast;
  waiting_ += lines;
  size_bytes_ += size;
  submit();
  return Taken::Yes;
}

void TraceFile::finish(std::string_view last_line) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_finished_, true)) return;
  if (failure_.empty()) waiting_ += last_line;
  size_bytes_ += static_cast<std::int64_t>(last_line.size());
  slot_.reset();
  submit();
}

// Where there are too many who want something done, the next line tries again.
void TraceFile::submit() {
  if (is_submitted_) return;
  is_submitted_ = threads_.submit([self = shared_from_this()] { self->write_waiting(); });
}

void TraceFile::write_waiting() {
  while (true) {
    std::string lines;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        is_submitted_ = false;
        if (is_finished_) fd_ = {};
        return;
      }
      lines = std::exchange(waiting_, {});
    }
    auto failure = write_all(lines);
    if (failure.empty()) continue;
    const std::lock_guard lock(mutex_);
    failure_ = std::move(failure);
    waiting_.clear();
  }
}

std::string TraceFile::write_all(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto written = ::write(fd_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return reason(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string TraceFile::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

void TraceFile::remove() {
  ::unlink(path_.c_str());
}

}  // namespace howdah::trace
