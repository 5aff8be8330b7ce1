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

constexpr auto kLinger = std::chrono::seconds(1);

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

// All that connect to the one would connect to the other, if the one were not there.
bool is_inside(const io::ListeningSocket& socket, const SocketAddress& wider) {
  const auto own = SocketAddress::of_socket(socket.fd.get());
  return wider.is_wildcard() && own.family() == wider.family() && own.port() == wider.port();
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
  std::vector<io::Listener*> staying;   // those of slots, the lent ones, and those inside of a wider one
  std::vector<io::Listener*> leaving;   // the others
  std::vector<io::Listener*> yielding;  // not wanted for themselves: they may share their port
  std::vector<std::uint16_t> shared_ports;

  [[nodiscard]] bool stays(const io::Listener* listener) const {
    return std::ranges::find(staying, listener) != staying.end();
  }

  [[nodiscard]] std::expected<void, std::string> open_missing(const config::ClientSettings& settings);
  [[nodiscard]] std::expected<void, io::SocketError> bind(Slot& slot, const config::ClientSettings& settings);
  void end_sharing();
  void place_unwanted(io::Listener& listener);
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
    for (const auto* listener : yielding) {
      const int fd = listener->socket().fd.get();
      if (SocketAddress::of_socket(fd).port() == slot.address.port()) io::set_sharing(fd, io::PortSharing::Yes);
    }
    shared_ports.push_back(slot.address.port());
    made = io::bind_socket(slot.address, settings, io::PortSharing::Yes);
  }
  if (!made) return std::unexpected(made.error());
  slot.made = std::move(*made);
  return {};
}

void Doors::Plan::end_sharing() {
  for (const auto* listener : yielding) io::set_sharing(listener->socket().fd.get(), io::PortSharing::No);
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

Doors::ListenerPointer* Doors::find_open(const Plan& plan, const SocketAddress& address) {
  for (auto* listeners : {&listeners_, &lingering_}) {
    const auto found = std::ranges::find_if(*listeners, [&](const auto& listener) {
      return !plan.stays(listener.get()) && is_at(listener->socket(), address);
    });
    if (found != listeners->end()) return &*found;
  }
  return nullptr;
}

Doors::Plan Doors::plan(const std::vector<io::ListenPlace>& places) {
  Plan plan;
  for (const auto& place : places) {
    for (const auto& address : place.addresses) {
      const auto* open = find_open(plan, address);
      auto& slot = plan.slots.emplace_back(place, address);
      if (open == nullptr) continue;
      slot.kept = open->get();
      plan.staying.push_back(slot.kept);
    }
  }
  for (const auto* listeners : {&listeners_, &lingering_}) {
    for (const auto& listener : *listeners) plan.place_unwanted(*listener);
  }
  for (auto& slot : plan.slots) {
    slot.is_served_by_another = slot.kept == nullptr && std::ranges::any_of(plan.staying, [&](const auto* listener) {
                                  return is_also_at(listener->socket(), slot.address);
                                });
  }
  return plan;
}

void Doors::Plan::place_unwanted(io::Listener& listener) {
  if (stays(&listener)) return;
  const auto& socket = listener.socket();
  const bool stays_inside =
      std::ranges::any_of(slots, [&](const Slot& slot) { return is_inside(socket, slot.address); });
  (socket.is_lent || stays_inside ? staying : leaving).push_back(&listener);
  if (!socket.is_lent) yielding.push_back(&listener);
}

std::expected<void, std::string> Doors::carry_out(Plan plan, const config::ClientSettings& settings) {
  auto opened = plan.open_missing(settings);
  plan.end_sharing();
  if (opened) commit(std::move(plan));
  return opened;
}

void Doors::commit(Plan plan) {
  auto before = std::exchange(listeners_, {});
  const auto keep = [&](const io::Listener* kept) {
    for (auto* listeners : {&before, &lingering_}) {
      const auto found = std::ranges::find(*listeners, kept, &ListenerPointer::get);
      if (found == listeners->end()) continue;
      listeners_.push_back(std::move(*found));
      listeners->erase(found);
    }
  };
  for (auto& slot : plan.slots) {
    if (slot.kept != nullptr) {
      keep(slot.kept);
      slot.kept->socket().asked = slot.address;
    } else if (slot.made) {
      listeners_.push_back(std::make_unique<io::Listener>(std::move(*slot.made), environment_));
    }
  }
  for (const auto* listener : plan.staying) keep(listener);
  if (!is_paused_) resume();
  for (auto& listener : before) {
    const auto port = SocketAddress::of_socket(listener->socket().fd.get()).port();
    const bool is_replaced = std::ranges::find(plan.shared_ports, port) != plan.shared_ports.end();
    let_go(std::move(listener), is_replaced);
  }
  const std::lock_guard lock(mutex_);
  names_ = names_of(listeners_);
}

// Nobody can find a Unix socket any more before those who have found it are accepted.
void Doors::let_go(ListenerPointer listener, bool is_replaced) {
  if (is_replaced) {
    lingering_.push_back(std::move(listener));
    return environment_.worker.agenda().arm_in(linger_timer_, kLinger);
  }
  listener->socket().file = {};
  if (!listener->is_paused()) listener->accept_waiting();
}

void Doors::end_lingering() {
  for (auto& listener : std::exchange(lingering_, {})) let_go(std::move(listener), false);
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
  end_lingering();
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
  lingering_.clear();
  listeners_.clear();
}

void Doors::leave_to_another() {
  for (const auto& listener : listeners_) listener->socket().file.leave();
  close();
}

}  // namespace howdah
