#include "daemon/io/listener.h"

#include <event2/event.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace howdah::io {

namespace {

constexpr int kMostAcceptsPerTurn = 64;
constexpr int kMostWaiting = 8192;  // more than the kernel lets wait
constexpr auto kPauseWithoutDescriptors = std::chrono::milliseconds(100);

}  // namespace

Listener::Listener(ListeningSocket socket, const Environment& environment)
    : environment_(environment), socket_(std::move(socket)) {
  const auto acceptable = [](int, short, void* self) noexcept {
    auto& listener = *static_cast<Listener*>(self);
    const worker::Turn turn(listener.environment_.worker);
    listener.on_acceptable();
  };
  event_.reset(event_new(environment_.worker.loop(), socket_.fd.get(), EV_READ | EV_PERSIST, acceptable, this));
}

void Listener::pause() {
  is_paused_ = true;
  shortage_timer_.disarm();
  event_del(event_.get());
}

void Listener::resume() {
  is_paused_ = false;
  resume_watching();
}

void Listener::resume_watching() {
  event_add(event_.get(), nullptr);
}

void Listener::accept_waiting() {
  for (int i = 0; i < kMostWaiting && accept_one(); ++i) {
  }
}

void Listener::on_acceptable() {
  for (int i = 0; i < kMostAcceptsPerTurn && accept_one(); ++i) {
  }
}

bool Listener::accept_one() {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  UniqueFd fd(accept4(socket_.fd.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (fd.is_open()) {
    is_shortage_logged_ = false;
    const auto peer = PeerAddress::read(fd.get(), address);
    environment_.handler.on_accept(std::move(fd), peer);
    return true;
  }
  const bool is_short = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
  if (!is_short) return false;
  if (!std::exchange(is_shortage_logged_, true)) {
    environment_.log.error("cannot accept clients", {{"listen", name()}, {"error", std::strerror(errno)}});
  }
  event_del(event_.get());
  environment_.worker.agenda().arm_in(shortage_timer_, kPauseWithoutDescriptors);
  return false;
}

}  // namespace howdah::io
