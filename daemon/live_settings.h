// The settings that hold now: those of the start, or what SET and reloads have made of them. Each is an immutable
// snapshot; who has one keeps it for as long as it needs. Any thread.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "config/settings.h"

namespace howdah {

class LiveSettings {
 public:
  using Pointer = std::shared_ptr<const config::Settings>;

  explicit LiveSettings(Pointer settings) : settings_(std::move(settings)) {}

  [[nodiscard]] Pointer current() const {
    const std::lock_guard lock(mutex_);
    return settings_;
  }
  void publish(Pointer settings) {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(settings);
  }

 private:
  mutable std::mutex mutex_;
  Pointer settings_;  // under mutex_
};

}  // namespace howdah
