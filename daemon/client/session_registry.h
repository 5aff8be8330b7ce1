// The sessions of one worker: makes one for each connection, owns them, ends them in a drain.
#pragma once

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

#include "daemon/client/session.h"
#include "daemon/client/session_environment.h"

namespace howdah::client {

class SessionRegistry final : private SessionOwner {
 public:
  explicit SessionRegistry(SessionEnvironment& environment) : environment_(environment) {}

  void accept(std::unique_ptr<io::Stream> stream, io::PeerAddress peer);

  // Idle clients go now, busy ones at the end of their transaction.
  void drain();
  // All go now, whatever they do.
  void terminate_all(const protocol::ErrorFields& reason);

  // Any thread.
  [[nodiscard]] std::size_t size() const { return size_; }
  // Visits every session; none may end meanwhile.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [id, session] : sessions_) visit(*session);
  }

 private:
  void on_session_ended(Session& session) override;
  // Sessions may end while each of these is told something.
  [[nodiscard]] std::vector<Session*> all() const;

  SessionEnvironment& environment_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Session>> sessions_;
  std::atomic<std::size_t> size_ = 0;  // of those
};

}  // namespace howdah::client
