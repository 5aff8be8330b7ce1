#include "daemon/client/session_registry.h"

#include <algorithm>

namespace howdah::client {

void SessionRegistry::accept(std::unique_ptr<io::Stream> stream, io::PeerAddress peer, Room room) {
  auto session = std::make_unique<Session>(++environment_.last_session_id, std::move(stream), peer, environment_,
                                           static_cast<SessionOwner&>(*this));
  auto& kept = *session.release();
  sessions_.push_back(kept);
  size_ = sessions_.size();
  if (departures_ != nullptr) kept.begin_leaving();
  kept.open(room);
}

std::size_t SessionRegistry::drain(std::size_t most) {
  return drain_where(most, [](const Session&) { return true; });
}

std::size_t SessionRegistry::drain_bound(std::size_t most) {
  return drain_where(most, [](const Session& session) { return session.is_bound_here(); });
}

template <typename Condition>
std::size_t SessionRegistry::drain_where(std::size_t most, Condition condition) {
  auto sessions = all();
  std::erase_if(sessions, [&](const Session* session) { return session->is_draining() || !condition(*session); });
  if (sessions.size() > most) sessions.resize(most);
  for (auto* session : sessions) session->drain();
  return sessions.size();
}

void SessionRegistry::drain_unserved() {
  for (auto* session : all()) {
    const auto* pool = session->pool();
    if (pool == nullptr) continue;
    const auto name = environment_.pools.name_of(session->database(), session->user());
    if (!name || *name != pool->name()) session->drain();
  }
}

void SessionRegistry::terminate_all(const protocol::ErrorFields& reason) {
  for (auto* session : all()) session->terminate(reason);
}

void SessionRegistry::terminate_clients(const std::string& database, const protocol::ErrorFields& reason) {
  for (auto* session : all()) {
    const auto* pool = session->pool();
    if (pool != nullptr && (database.empty() || pool->name().database == database)) session->terminate(reason);
  }
}

bool SessionRegistry::terminate_client(std::uint64_t id, const protocol::ErrorFields& reason) {
  const auto found = std::ranges::find(sessions_, id, &Session::id);
  if (found == sessions_.end()) return false;
  found->terminate(reason);
  return true;
}

std::vector<Session*> SessionRegistry::all() {
  std::vector<Session*> sessions;
  sessions.reserve(sessions_.size());
  for (auto& session : sessions_) sessions.push_back(&session);
  return sessions;
}

Session* SessionRegistry::find(std::uint64_t id) {
  const auto found = std::ranges::find(sessions_, id, &Session::id);
  return found == sessions_.end() ? nullptr : &*found;
}

void SessionRegistry::on_session_ended(Session& session) {
  sessions_.erase(sessions_.iterator_to(session));
  std::erase(movable_, &session);
  away_.erase(session.id());
  environment_.agenda.bury(std::shared_ptr<Session>(&session));
  size_ = sessions_.size();
}

}  // namespace howdah::client
