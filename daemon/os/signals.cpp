#include "daemon/os/signals.h"

#include <event2/event.h>

#include <csignal>
#include <cstddef>
#include <cstdlib>

namespace howdah::os {

Signals::Signals(event_base* loop, SignalHandler& handler) : handler_(handler) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto on_event = [](int number, short, void* self) noexcept { static_cast<Signals*>(self)->on_number(number); };
  constexpr std::array kNumbers = {SIGTERM, SIGINT, SIGHUP, SIGUSR2};
  for (std::size_t i = 0; i < kNumbers.size(); ++i) {
    events_[i].reset(evsignal_new(loop, kNumbers[i], on_event, this));
    // A daemon that cannot be told to end is not to be started.
    if (events_[i] == nullptr || event_add(events_[i].get(), nullptr) != 0) std::abort();
  }
}

void Signals::on_number(int number) {
  if (number == SIGTERM) handler_.on_signal(Signal::Terminate);
  if (number == SIGINT) handler_.on_signal(Signal::Interrupt);
  if (number == SIGHUP) handler_.on_signal(Signal::HangUp);
  if (number == SIGUSR2) handler_.on_signal(Signal::User2);
}

}  // namespace howdah::os
