#include "daemon/stats_door.h"

#include <mutex>
#include <utility>
#include <vector>

namespace howdah {

std::expected<StatsDoor::Port, std::string> StatsDoor::open(const config::AdminSettings& settings) const {
  if (settings.listen.empty()) return nullptr;
  close_past();
  auto opened = stats::StatsPort::open(settings, environment_.gatherer, current().get());
  if (!opened) return std::unexpected(opened.error());
  return std::make_shared<stats::StatsPort>(std::move(*opened));
}

void StatsDoor::use(Port port) {
  if (phase_ == Phase::Stopped) return;
  if (port && phase_ == Phase::Answering) port->start();
  {
    const std::lock_guard lock(mutex_);
    port.swap(port_);
    std::erase_if(past_, [](const auto& one) { return one.expired(); });
    if (port) past_.emplace_back(port);
  }
  if (port) retire(std::move(port));
}

void StatsDoor::set_token(const std::string& token) {
  if (const auto port = current()) port->set_token(token);
}

void StatsDoor::start() {
  phase_ = Phase::Answering;
  if (const auto port = current()) port->start();
}

void StatsDoor::stop() {
  phase_ = Phase::Stopped;
  close_past();
  if (const auto port = current()) port->stop();
}

StatsDoor::Port StatsDoor::current() const {
  const std::lock_guard lock(mutex_);
  return port_;
}

// One may be wanted at the same address again.
void StatsDoor::close_past() const {
  std::unique_lock lock(mutex_);
  const auto past = past_;
  lock.unlock();
  for (const auto& one : past) {
    if (const auto port = one.lock()) port->stop();
  }
}

// Its thread may be about to read the last figures that it has asked for, and letters with such may still be on their
// way from the workers: they come before those that hold it here.
void StatsDoor::retire(Port port) {
  const auto end = [port = std::move(port), &workers = environment_.workers] {
    port->stop();
    for (const auto& worker : workers) worker->post([port] {});
  };
  if (!environment_.threads.look_ups.submit(end)) end();
}

}  // namespace howdah
