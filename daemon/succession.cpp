#include "daemon/succession.h"

#include <algorithm>
#include <utility>

namespace howdah {

void Succession::take(takeover::Inheritance inheritance) {
  taker_ = std::make_unique<takeover::Taker>(
      std::move(inheritance), takeover::Taker::Environment{.home = environment_.home,
                                                           .commons = environment_.commons,
                                                           .serving = environment_.serving,
                                                           .owner = static_cast<takeover::TakerOwner&>(*this)});
}

std::expected<void, std::string> Succession::open_socket() {
  const auto& path = environment_.commons.settings->takeover.socket;
  if (path.empty()) return {};
  auto opened = takeover::ControlSocket::open(path, environment_.home, environment_.commons.log,
                                              [this](io::UniqueFd socket) { on_asked(std::move(socket)); });
  if (!opened) return std::unexpected(opened.error());
  socket_ = std::move(*opened);
  return {};
}

void Succession::on_asked(io::UniqueFd socket) {
  if (taker_ && !taker_->is_over()) return waiting_.push_back(std::move(socket));
  std::erase_if(givers_, [](const auto& giver) { return giver->is_over(); });
  givers_.push_back(std::make_unique<takeover::Giver>(
      std::move(socket), takeover::Giver::Environment{.home = environment_.home,
                                                      .commons = environment_.commons,
                                                      .serving = environment_.serving,
                                                      .doors = environment_.doors,
                                                      .owner = static_cast<takeover::GiverOwner&>(*this)}));
}

std::string Succession::why_not_given(const takeover::Giver& giver) const {
  const auto has_the_offer = [&](const auto& other) { return other.get() != &giver && other->has_offered(); };
  if (std::ranges::any_of(givers_, has_the_offer)) return "another takeover is under way";
  return environment_.why_not_given();
}

// The next one has put its own socket at the path by now, or will.
void Succession::on_giving() {
  if (socket_) socket_->leave_path();
  socket_.reset();
  environment_.doors.pause();
  environment_.on_giving();
}

void Succession::on_taken_back() {
  environment_.doors.resume();
  if (const auto opened = open_socket(); !opened) {
    environment_.commons.log.error("nobody can take over", {{"error", opened.error()}});
  }
  environment_.on_taken_back();
}

void Succession::on_taken_over() {
  environment_.on_place_taken();
  for (auto& socket : std::exchange(waiting_, {})) on_asked(std::move(socket));
}

void Succession::on_may_serve() {
  may_serve_ = true;
  if (const auto opened = open_socket(); !opened) {
    environment_.commons.log.error("nobody can take over", {{"error", opened.error()}});
  }
  environment_.doors.resume();
  environment_.on_may_serve();
}

}  // namespace howdah
