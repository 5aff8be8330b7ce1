#include "daemon/doors.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/io/socket_options.h"

namespace howdah {

namespace {

using io::SocketAddress;

// The same file by another path is the same place.
bool is_same_file(const std::string& left, const std::string& right) {
  struct stat one{};
  struct stat other{};
  if (left == right) return true;
  return stat(left.c_str(), &one) == 0 && stat(right.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

bool is_at(const io::ListeningSocket& socket, const SocketAddress& wanted) {
  const auto own = SocketAddress::of_socket(socket.fd.get());
  if (wanted.is_local()) return own.is_local() && is_same_file(own.path(), wanted.path());
  return own == wanted || (wanted.port() == 0 && socket.asked == wanted);
}

// By the way, as [::] for both families is at 0.0.0.0.
bool is_also_at(const io::ListeningSocket& socket, const SocketAddress& wanted) {
  return SocketAddress::of_socket(socket.fd.get()) != wanted && io::listens_at(socket.fd.get(), wanted);
}

std::vector<std::string> names_of(const std::vector<std::unique_ptr<io::Listener>>& listeners) {
  std::vector<std::string> names;
  names.reserve(listeners.size());
  for (const auto& listener : listeners) names.push_back(listener->name());
  return names;
}

void log_missing(os::Log& log, std::string_view event, const std::vector<std::string>& names,
                 const std::vector<std::string>& others) {
  for (const auto& name : names) {
    if (std::ranges::find(others, name) == others.end()) log.info(event, {{"address", name}});
  }
}

}  // namespace

// Which listeners stay for what is wanted, and which go; and what has to be made.
struct Doors::Plan {
  struct Slot {
    const io::ListenPlace& place;
    const SocketAddress& address;
    io::Listener* kept = nullptr;
    bool is_served_by_another = false;
    std::optional<io::ListeningSocket> made = {};

    [[nodiscard]] bool is_missing() const { return kept == nullptr && !is_served_by_another; }
    [[nodiscard]] bool is_open() const { return !is_missing() || made.has_value(); }
  };

  std::vector<Slot> slots;
  std::vector<io::Listener*> staying;  // those of slots, and the lent ones
  std::vector<io::Listener*> leaving;

  [[nodiscard]] bool stays(const io::Listener* listener) const {
    return std::ranges::find(staying, listener) != staying.end();
  }

  [[nodiscard]] std::expected<void, std::string> open_missing(const config::ClientSettings& settings);
  [[nodiscard]] std::expected<void, io::SocketError> bind(Slot& slot, const config::ClientSettings& settings);
  void end_sharing();
};

// All are bound before the first of them takes clients: who connects is not turned away by the failure of another one.
std::expected<void, std::string> Doors::Plan::open_missing(const config::ClientSettings& settings) {
  const auto failure = [](const Slot& slot, const io::SocketError& error) {
    return std::unexpected("listen " + slot.place.text + ": " + error.text());
  };
  for (auto& slot : slots) {
    if (!slot.is_missing()) continue;
    const auto bound = bind(slot, settings);
    if (bound) continue;
    const auto is_open_elsewhere = [&](const Slot& other) {
      return &other.place == &slot.place && (other.is_open() || &other > &slot);
    };
    const bool may_lack = bound.error().code == EAFNOSUPPORT && std::ranges::any_of(slots, is_open_elsewhere);
    if (!may_lack) return failure(slot, bound.error());  // a kernel without IPv6 listens on IPv4
  }
  for (auto& slot : slots) {
    if (!slot.made) continue;
    if (const auto done = io::begin_listening(*slot.made); !done) return failure(slot, done.error());
  }
  return {};
}

// Where one that goes is in the way, both share the port until it is gone.
std::expected<void, io::SocketError> Doors::Plan::bind(Slot& slot, const config::ClientSettings& settings) {
  auto made = io::bind_socket(slot.address, settings);
  if (!made && made.error().code == EADDRINUSE && slot.address.port() != 0) {
    for (const auto* listener : leaving) {
      const int fd = listener->socket().fd.get();
      if (SocketAddress::of_socket(fd).port() == slot.address.port()) io::set_sharing(fd, io::PortSharing::Yes);
    }
    made = io::bind_socket(slot.address, settings, io::PortSharing::Yes);
  }
  if (!made) return std::unexpected(made.error());
  slot.made = std::move(*made);
  return {};
}

void Doors::Plan::end_sharing() {
  for (const auto* listener : leaving) io::set_sharing(listener->socket().fd.get(), io::PortSharing::No);
  for (const auto& slot : slots) {
    if (slot.made) io::set_sharing(slot.made->fd.get(), io::PortSharing::No);
  }
}

std::expected<void, std::string> Doors::open(const std::vector<io::ListenPlace>& places,
                                             io::InheritedListeners inherited, const config::ClientSettings& settings) {
  for (auto& [fd, kind] : inherited.take_all()) {
    const bool is_lent = kind == io::InheritedListeners::Kind::Lent;
    listeners_.push_back(
        std::make_unique<io::Listener>(io::adopt_socket(std::move(fd), is_lent, settings), environment_));
  }
  auto opened = carry_out(plan(places), settings);
  if (!opened) leave_to_another();  // inherited ones, which somebody else may go on with
  return opened;
}

std::expected<void, std::string> Doors::change(const std::vector<io::ListenPlace>& places,
                                               const config::ClientSettings& settings) {
  if (is_closed_) return {};
  const auto before = names();
  auto changed = carry_out(plan(places), settings);
  if (!changed) return changed;
  const auto after = names();
  log_missing(environment_.log, "listening", after, before);
  log_missing(environment_.log, "not listening any more", before, after);
  return {};
}

Doors::Plan Doors::plan(const std::vector<io::ListenPlace>& places) {
  Plan plan;
  for (const auto& place : places) {
    for (const auto& address : place.addresses) {
      const auto found = std::ranges::find_if(listeners_, [&](const auto& listener) {
        return !plan.stays(listener.get()) && is_at(listener->socket(), address);
      });
      auto& slot = plan.slots.emplace_back(place, address);
      if (found == listeners_.end()) continue;
      slot.kept = found->get();
      plan.staying.push_back(slot.kept);
    }
  }
  for (const auto& listener : listeners_) {
    if (plan.stays(listener.get())) continue;
    (listener->socket().is_lent ? plan.staying : plan.leaving).push_back(listener.get());
  }
  for (auto& slot : plan.slots) {
    slot.is_served_by_another = slot.kept == nullptr && std::ranges::any_of(plan.staying, [&](const auto* listener) {
                                  return is_also_at(listener->socket(), slot.address);
                                });
  }
  return plan;
}

std::expected<void, std::string> Doors::carry_out(Plan plan, const config::ClientSettings& settings) {
  auto opened = plan.open_missing(settings);
  plan.end_sharing();
  if (opened) commit(std::move(plan));
  return opened;
}

void Doors::commit(Plan plan) {
  std::vector<ListenerPointer> listeners;
  const auto keep = [&](const io::Listener* kept) {
    listeners.push_back(std::move(*std::ranges::find(listeners_, kept, &ListenerPointer::get)));
  };
  for (auto& slot : plan.slots) {
    if (slot.kept != nullptr) {
      keep(slot.kept);
      slot.kept->socket().asked = slot.address;
    } else if (slot.made) {
      listeners.push_back(std::make_unique<io::Listener>(std::move(*slot.made), environment_));
    }
  }
  for (const auto* listener : plan.staying) {
    if (std::ranges::find(listeners, listener, &ListenerPointer::get) == listeners.end()) keep(listener);
  }
  for (auto* listener : plan.leaving) {
    if (!listener->is_paused()) listener->accept_waiting();
  }
  replace(std::move(listeners));
  if (!is_paused_) resume();
}

void Doors::replace(std::vector<ListenerPointer> listeners) {
  listeners_ = std::move(listeners);
  const std::lock_guard lock(mutex_);
  names_ = names_of(listeners_);
}

void Doors::change_options(const config::ClientSettings& before, const config::ClientSettings& now) {
  for (const auto& listener : listeners_) {
    const int fd = listener->socket().fd.get();
    if (!SocketAddress::of_socket(fd).is_local()) io::change_client_options(fd, before, now);
  }
}

std::vector<std::string> Doors::names() const {
  const std::lock_guard lock(mutex_);
  return names_;
}

std::vector<Doors::Lent> Doors::lend() const {
  std::vector<Lent> lent;
  lent.reserve(listeners_.size());
  for (const auto& listener : listeners_) {
    const auto& socket = listener->socket();
    lent.push_back({.fd = socket.fd.get(), .name = listener->name(), .is_lent = socket.is_lent});
  }
  return lent;
}

void Doors::pause() {
  is_paused_ = true;
  for (const auto& listener : listeners_) listener->pause();
}

void Doors::resume() {
  is_paused_ = false;
  for (const auto& listener : listeners_) {
    if (listener->is_paused()) listener->resume();
  }
}

void Doors::close() {
  is_closed_ = true;
  listeners_.clear();
}

void Doors::leave_to_another() {
  for (const auto& listener : listeners_) listener->socket().file.leave();
  close();
}

}  // namespace howdah
