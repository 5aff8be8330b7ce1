#include "daemon/client/session_registry.h"

#include <algorithm>

namespace howdah::client {

void SessionRegistry::accept(std::unique_ptr<io::Stream> stream, io::PeerAddress peer) {
  auto session = std::make_unique<Session>(++environment_.last_session_id, std::move(stream), peer, environment_,
                                           static_cast<SessionOwner&>(*this));
  auto& kept = *session.release();
  sessions_.push_back(kept);
  size_ = sessions_.size();
  kept.open();
}

void SessionRegistry::drain() {
  for (auto* session : all()) session->drain();
}

void SessionRegistry::terminate_all(const protocol::ErrorFields& reason) {
  for (auto* session : all()) session->terminate(reason);
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
  environment_.agenda.bury(std::shared_ptr<Session>(&session));
  size_ = sessions_.size();
}

}  // namespace howdah::client
