// Clients on their way to another process, and from one.
#include <utility>

#include "daemon/client/session_registry.h"

namespace howdah::client {

namespace {

// As many are on their way at a time: what they have is in memory twice.
constexpr std::size_t kMostAway = 256;

}  // namespace

void SessionRegistry::begin_moving(Departures& departures) {
  departures_ = &departures;
  for (auto* session : all()) session->begin_leaving();
}

void SessionRegistry::stop_moving() {
  departures_ = nullptr;
  movable_.clear();
  for (auto* session : all()) session->stop_leaving();
  for (auto& [id, away] : std::exchange(away_, {})) away.session->on_kept(std::move(away.cancels));
}

void SessionRegistry::on_movable(Session& session) {
  movable_.push_back(&session);
  environment_.agenda.defer(move_work_);
}

void SessionRegistry::on_cancelled_away(Session& session, cancel::CancelHold hold) {
  const auto found = away_.find(session.id());
  if (found != away_.end()) found->second.cancels.push_back(std::move(hold));
}

void SessionRegistry::move_on() {
  if (departures_ == nullptr) return movable_.clear();
  while (!movable_.empty() && away_.size() < kMostAway) {
    auto& session = *movable_.back();
    movable_.pop_back();
    auto departure = session.hand_out();
    if (!departure) continue;  // it tells when it may
    away_.emplace(session.id(), Away{.session = &session});
    departures_->depart(std::move(departure->client), departure->descriptor);
  }
}

void SessionRegistry::on_departed(std::uint64_t id, bool is_taken) {
  auto found = away_.extract(id);
  if (found.empty()) return;
  auto& [session, cancels] = found.mapped();
  if (is_taken) {
    session->on_taken(std::move(cancels));
  } else {
    session->stop_leaving();
    session->on_kept(std::move(cancels));
    session->drain();
  }
  if (!movable_.empty()) environment_.agenda.defer(move_work_);
}

std::expected<void, std::string> SessionRegistry::adopt(const HandedClient& client,
                                                        std::unique_ptr<io::Stream> stream) {
  if (environment_.pools.is_disabled(client.database)) return std::unexpected("its database is disabled");
  const auto pool = environment_.pools.find(client.database, client.user);
  if (!pool) return std::unexpected(pool.error().message);
  const auto mode = environment_.pool_mode((*pool)->settings(), client.user);
  const bool is_statement_mode = mode == config::PoolMode::Statement;
  if (mode == config::PoolMode::Session || is_statement_mode != client.is_statement_mode) {
    return std::unexpected("its pool has another mode now");
  }
  auto session =
      std::make_unique<Session>(client, std::move(stream), **pool, environment_, static_cast<SessionOwner&>(*this));
  auto& kept = *session.release();
  sessions_.push_back(kept);
  size_ = sessions_.size();
  away_.emplace(kept.id(), Away{.session = &kept});
  return {};
}

void SessionRegistry::begin_serving(std::uint64_t id) {
  auto found = away_.extract(id);
  if (!found.empty()) found.mapped().session->begin_serving(std::move(found.mapped().cancels));
}

}  // namespace howdah::client
