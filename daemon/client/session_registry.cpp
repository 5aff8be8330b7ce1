#include "daemon/client/session_registry.h"

namespace howdah::client {

void SessionRegistry::accept(std::unique_ptr<io::Stream> stream, io::PeerAddress peer) {
  const auto id = ++environment_.last_session_id;
  sessions_.emplace(
      id, std::make_unique<Session>(id, std::move(stream), peer, environment_, static_cast<SessionOwner&>(*this)));
  size_ = sessions_.size();
}

void SessionRegistry::drain() {
  for (auto* session : all()) session->drain();
}

void SessionRegistry::terminate_all(const protocol::ErrorFields& reason) {
  for (auto* session : all()) session->terminate(reason);
}

std::vector<Session*> SessionRegistry::all() const {
  std::vector<Session*> sessions;
  sessions.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) sessions.push_back(session.get());
  return sessions;
}

void SessionRegistry::on_session_ended(Session& session) {
  const auto found = sessions_.find(session.id());
  environment_.agenda.bury(std::shared_ptr<Session>(std::move(found->second)));
  sessions_.erase(found);
  size_ = sessions_.size();
}

}  // namespace howdah::client
