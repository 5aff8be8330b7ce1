#include "daemon/succession.h"

#include <utility>

#include "daemon/takeover/messages.h"

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

// One at a time; the last one's object is kept until the next one comes, since letters to it may be under way.
void Succession::on_asked(io::UniqueFd socket) {
  if (giver_ && !giver_->is_over()) {
    takeover::Message refusal{.kind = takeover::MessageKind::Refusal};
    refusal.record.add(takeover::Tag::Text, "another takeover is under way");
    std::ignore = io::send_part(socket.get(), refusal.encoded(), 0, -1);
    return environment_.commons.log.warning("takeover refused", {{"reason", "another one is under way"}});
  }
  giver_ = std::make_unique<takeover::Giver>(
      std::move(socket), takeover::Giver::Environment{.home = environment_.home,
                                                      .commons = environment_.commons,
                                                      .serving = environment_.serving,
                                                      .doors = environment_.doors,
                                                      .owner = static_cast<takeover::GiverOwner&>(*this)});
}

std::string Succession::why_not_given() const {
  if (taker_ && !taker_->is_over()) return "it is just taking over itself";
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

void Succession::on_may_serve() {
  may_serve_ = true;
  if (const auto opened = open_socket(); !opened) {
    environment_.commons.log.error("nobody can take over", {{"error", opened.error()}});
  }
  environment_.doors.resume();
  environment_.on_may_serve();
}

}  // namespace howdah
