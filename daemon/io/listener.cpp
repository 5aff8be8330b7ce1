#include "daemon/io/listener.h"

#include <event2/event.h>

#include <cerrno>
#include <cstring>

namespace howdah::io {

namespace {

constexpr int kMostAcceptsPerTurn = 64;
constexpr auto kPauseWithoutDescriptors = std::chrono::milliseconds(100);

}  // namespace

Listener::Listener(UniqueFd fd, std::string path, std::string name, worker::Worker& worker, os::Log& log,
                   AcceptHandler& handler)
    : fd_(std::move(fd)),
      path_(std::move(path)),
      name_(std::move(name)),
      worker_(worker),
      log_(log),
      handler_(handler) {
  const auto acceptable = [](int, short, void* self) noexcept {
    auto& listener = *static_cast<Listener*>(self);
    const worker::Turn turn(listener.worker_);
    listener.on_acceptable();
  };
  event_.reset(event_new(worker_.loop(), fd_.get(), EV_READ | EV_PERSIST, acceptable, this));
  event_add(event_.get(), nullptr);
}

Listener::~Listener() {
  if (!path_.empty()) unlink(path_.c_str());
}

void Listener::on_acceptable() {
  for (int i = 0; i < kMostAcceptsPerTurn; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    UniqueFd fd(accept4(fd_.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd.is_open()) {
      const bool is_short = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
      if (!is_short) return;
      if (!std::exchange(is_shortage_logged_, true)) {
        log_.error("cannot accept clients", {{"listen", name_}, {"error", std::strerror(errno)}});
      }
      event_del(event_.get());
      return worker_.agenda().arm_in(pause_timer_, kPauseWithoutDescriptors);
    }
    is_shortage_logged_ = false;
    const auto peer = PeerAddress::read(fd.get(), address);
    handler_.on_accept(std::move(fd), peer);
  }
}

void Listener::on_pause_over() {
  event_add(event_.get(), nullptr);
}

}  // namespace howdah::io
