// Threads of ours: they take no signals, and where the system gives no more of them there are fewer.
// (signals_blocked.h)
#pragma once

#include <cstddef>
#include <system_error>
#include <vector>

#include "daemon/worker/signals_blocked.h"

namespace howdah::worker {

// Adds as many as there can be, at most `count`. False: fewer. `Thread` is std::thread or std::jthread.
template <typename Thread, typename Body>
bool start_threads(std::vector<Thread>& threads, std::size_t count, const Body& body) {
  const SignalsBlocked blocked;
  threads.reserve(threads.size() + count);
  try {
    for (std::size_t i = 0; i < count; ++i) threads.emplace_back(body);
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

}  // namespace howdah::worker
