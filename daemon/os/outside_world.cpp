#include "daemon/os/outside_world.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

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

bool file_exists(const std::string& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

// As chmod takes it: "0644".
std::string octal_mode(mode_t mode) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3) digits += static_cast<char>('0' + ((mode >> shift) & 7U));
  return digits;
}

std::expected<void, std::string> check_backend(const std::string& backend) {
  const auto keywords = server::read_connection_string(backend);
  if (!keywords) return std::unexpected(keywords.error().substr(0, keywords.error().find_last_not_of('\n') + 1));
  return {};
}

std::optional<std::string> libpq_without_scram_keys() {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconndefaults(), &PQconninfoFree);
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) == "scram_client_key") return std::nullopt;
  }
  const int version = PQlibVersion();  // 150014
  return std::to_string(version / 10'000) + "." + std::to_string(version % 10'000);
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::string& path, std::chrono::milliseconds patience) {
  const io::UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) return failure();
  std::string content;
  std::string piece(kPieceBytes, '\0');
  while (true) {
    pollfd news{.fd = file.get(), .events = POLLIN, .revents = 0};
    const auto has_news = poll(&news, 1, static_cast<int>(patience.count()));  // a file has them always
    if (has_news == 0) return std::unexpected("it is no file, and says nothing");
    const auto count = read(file.get(), piece.data(), piece.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) return failure();
    if (count == 0) return content;
    content.append(piece, 0, static_cast<std::size_t>(count));
    if (content.size() > kMostFileBytes) return std::unexpected("the file is larger than 16 MiB");
  }
}

// The rule of PostgreSQL for the key of its certificate, but that we may be root.
std::expected<void, std::string> check_privacy(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return failure();
  if (!S_ISREG(status.st_mode)) return std::unexpected("it is not a regular file");
  const auto us = geteuid();
  // To root it makes no difference whose they are: it may check the files of the user that howdah runs as.
  if (us != 0 && status.st_uid != us && status.st_uid != 0) {
    return std::unexpected("it belongs neither to us nor to root");
  }
  const mode_t forbidden = status.st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
  if ((status.st_mode & forbidden) == 0) return {};
  return std::unexpected("group or others have access, mode " + octal_mode(status.st_mode));
}

config::Outside outside_world() {
  return {.read_file = [](const std::string& path) { return read_file(path); },
          .file_exists = file_exists,
          .check_privacy = check_privacy,
          .environment = environment,
          .check_backend = check_backend,
          .libpq_without_scram_keys = libpq_without_scram_keys};
}

}  // namespace howdah::os
