#include "daemon/os/command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <thread>
#include <tuple>

#include "daemon/io/unique_fd.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to us

namespace howdah::os {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutputBytes = 64UL * 1024;  // a token may be long
constexpr std::size_t kMostComplaintBytes = 1000;
constexpr auto kGlance = std::chrono::milliseconds(20);

struct Pipe {
  io::UniqueFd read_end;
  io::UniqueFd write_end;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  return Pipe{.read_end = io::UniqueFd(ends[0]), .write_end = io::UniqueFd(ends[1])};
}

// A child in a process group of its own. Killed and waited for when it dies.
class Child {
 public:
  Child(const std::string& command, int output, int complaints) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);  // our thread's is full
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::string shell = "/bin/sh";
    std::string option = "-c";
    std::string text = command;
    const std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    error_ = posix_spawn(&id_, shell.c_str(), &actions, &attributes, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  ~Child() {
    if (error_ != 0 || has_ended_) return;
    kill(-id_, SIGKILL);
    while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] int error() const { return error_; }
  // Nothing: it still runs.
  [[nodiscard]] std::optional<int> status() {
    int status = 0;
    if (waitpid(id_, &status, WNOHANG) != id_) return std::nullopt;
    has_ended_ = true;
    return status;
  }

 private:
  pid_t id_ = 0;
  int error_ = 0;
  bool has_ended_ = false;
};

// What has come; false at the end of file.
bool read_some(int fd, std::string& into, std::size_t most) {
  std::array<char, 4096> piece;
  const auto count = read(fd, piece.data(), piece.size());
  if (count <= 0) return count < 0 && (errno == EINTR || errno == EAGAIN);
  into.append(piece.data(), std::min(static_cast<std::size_t>(count), most - std::min(most, into.size())));
  protocol::cleanse(piece.data(), piece.size());
  return true;
}

std::string ending(int status) {
  if (WIFSIGNALED(status)) return "it was ended by signal " + std::to_string(WTERMSIG(status));
  return "its exit status is " + std::to_string(WEXITSTATUS(status));
}

// Collects both outputs up to their ends, and waits for the status.
class Conversation {
 public:
  Conversation(Child& child, int output, int complaints) : child_(child), fds_{output, complaints} {}
  ~Conversation() { protocol::cleanse(texts_[0]); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  // Its status; nothing when time is up.
  [[nodiscard]] std::optional<int> run(Clock::time_point deadline, const std::atomic<bool>& is_ending) {
    texts_[0].reserve(kMostOutputBytes);  // so that no copy stays behind
    while (Clock::now() < deadline && !is_ending) {
      std::ignore = read_what_is_there();
      const auto status = child_.status();
      if (!status) continue;
      while (Clock::now() < deadline && read_what_is_there()) {
      }
      return status;
    }
    return std::nullopt;
  }
  [[nodiscard]] std::string& output() { return texts_[0]; }
  [[nodiscard]] std::string& complaints() { return texts_[1]; }

 private:
  // Waits a moment for it. Whether there was anything, or an end.
  bool read_what_is_there() {
    if (fds_[0] < 0 && fds_[1] < 0) return pause();
    std::array<pollfd, 2> entries{};
    for (std::size_t at = 0; at < entries.size(); ++at)
      entries.at(at) = {.fd = fds_.at(at), .events = POLLIN, .revents = 0};
    if (poll(entries.data(), entries.size(), static_cast<int>(kGlance.count())) <= 0) return false;
    constexpr std::array kMost = {kMostOutputBytes, kMostComplaintBytes};
    for (std::size_t at = 0; at < entries.size(); ++at) {
      if (entries.at(at).revents == 0) continue;
      if (!read_some(fds_.at(at), texts_.at(at), kMost.at(at))) fds_.at(at) = -1;
    }
    return true;
  }
  static bool pause() {
    std::this_thread::sleep_for(kGlance);
    return false;
  }

  Child& child_;
  std::array<int, 2> fds_;
  std::array<std::string, 2> texts_;
};

}  // namespace

std::expected<CommandOutput, std::string> run_command(const std::string& command, std::chrono::milliseconds timeout,
                                                      const std::atomic<bool>& is_ending) {
  auto output = make_pipe();
  auto complaints = make_pipe();
  if (!output || !complaints) return std::unexpected(std::string("pipe: ") + std::strerror(errno));
  Child child(command, output->write_end.get(), complaints->write_end.get());
  if (child.error() != 0) return std::unexpected(std::string("/bin/sh: ") + std::strerror(child.error()));
  output->write_end = {};
  complaints->write_end = {};
  Conversation conversation(child, output->read_end.get(), complaints->read_end.get());
  const auto status = conversation.run(Clock::now() + timeout, is_ending);
  const auto said = conversation.complaints().empty() ? "" : ", it said: " + conversation.complaints();
  if (!status) return std::unexpected("it took longer than its time" + said);
  if (*status != 0) return std::unexpected(ending(*status) + said);
  const std::string_view text = conversation.output();
  auto line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) return std::unexpected("it has printed no line" + said);
  if (text.size() >= kMostOutputBytes && line.size() == text.size()) return std::unexpected("its line is too long");
  return CommandOutput{.first_line = protocol::SecretText(line), .complaints = conversation.complaints()};
}

}  // namespace howdah::os
