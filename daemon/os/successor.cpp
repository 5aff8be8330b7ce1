#include "daemon/os/successor.h"

#include <event2/event.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstring>
#include <string_view>
#include <utility>

#include "daemon/os/processes.h"

namespace howdah::os {

namespace {

constexpr int kSignalled = 128;

std::string path_of_program() {
  std::array<char, PATH_MAX> path{};
  const auto size = readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "";
}

// Sockets and the watchdog are told to a process of one number. (man 3 sd_listen_fds, sd_watchdog_enabled)
bool is_for_us_alone(std::string_view variable) {
  constexpr std::array kNames = {"LISTEN_PID=", "LISTEN_FDS=", "LISTEN_FDNAMES=", "WATCHDOG_PID="};
  return std::ranges::any_of(kNames, [&](const char* name) { return variable.starts_with(name); });
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  std::ranges::transform(texts, std::back_inserter(pointers), [](std::string& text) { return text.data(); });
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_of_successor() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!is_for_us_alone(*variable)) variables.emplace_back(*variable);
  }
  return variables;
}

}  // namespace

Successor::Successor(event_base* loop) : loop_(loop), program_(path_of_program()) {}

std::expected<pid_t, std::string> Successor::start(const std::vector<std::string>& arguments, OnEnd on_end) {
  std::vector<std::string> words{program_};
  words.insert(words.end(), arguments.begin(), arguments.end());
  auto variables = environment_of_successor();
  const int error =
      posix_spawn(&id_, program_.c_str(), nullptr, nullptr, pointers_to(words).data(), pointers_to(variables).data());
  if (error != 0) return std::unexpected(program_ + ": " + std::strerror(error));
  on_end_ = std::move(on_end);
  process_ = descriptor_of_process(id_);
  if (!process_.is_open()) return id_;  // an old kernel: nobody hears of its end
  const auto ended = [](int, short, void* self) noexcept { static_cast<Successor*>(self)->on_ended(); };
  event_.reset(event_new(loop_, process_.get(), EV_READ, ended, this));
  event_add(event_.get(), nullptr);
  return id_;
}

void Successor::on_ended() {
  int status = 0;
  waitpid(id_, &status, 0);
  event_.reset();
  process_.reset();
  on_end_(WIFEXITED(status) ? WEXITSTATUS(status) : kSignalled + WTERMSIG(status));
}

}  // namespace howdah::os
