#include "daemon/os/outside_world.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "daemon/io/unique_fd.h"
#include "daemon/server/connection_string.h"

namespace howdah::os {

namespace {

constexpr std::size_t kMostFileBytes = 16UL * 1024 * 1024;
constexpr std::size_t kPieceBytes = 64UL * 1024;

std::unexpected<std::string> failure() {
  return std::unexpected(std::string(std::strerror(errno)));
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

std::expected<void, std::string> check_backend(const std::string& backend) {
  const auto keywords = server::read_connection_string(backend);
  if (!keywords) return std::unexpected(keywords.error().substr(0, keywords.error().find_last_not_of('\n') + 1));
  return {};
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::string& path) {
  const io::UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return failure();
  std::string content;
  std::string piece(kPieceBytes, '\0');
  while (true) {
    const auto count = read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failure();
    if (count == 0) return content;
    content.append(piece, 0, static_cast<std::size_t>(count));
    if (content.size() > kMostFileBytes) return std::unexpected("the file is larger than 16 MiB");
  }
}

config::Outside outside_world() {
  return {.read_file = read_file, .environment = environment, .check_backend = check_backend};
}

}  // namespace howdah::os
