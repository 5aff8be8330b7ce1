// The sessions of one worker: makes one for each connection, owns them, ends them in a drain.
#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <limits>
#include <memory>
#include <vector>

#include "daemon/client/session.h"
#include "daemon/client/session_environment.h"

namespace howdah::client {

class SessionRegistry final : private SessionOwner {
 public:
  explicit SessionRegistry(SessionEnvironment& environment) : environment_(environment) {}
  ~SessionRegistry() { sessions_.clear_and_dispose(std::default_delete<Session>()); }
  SessionRegistry(const SessionRegistry&) = delete;
  SessionRegistry& operator=(const SessionRegistry&) = delete;

  void accept(std::unique_ptr<io::Stream> stream, io::PeerAddress peer, Room room = Room::ForAll);

  // Idle clients go now, busy ones at the end of their transaction; at most so many are told. How many were.
  std::size_t drain(std::size_t most = std::numeric_limits<std::size_t>::max());
  // Those whose database, or the user that it is used as, is not in the configuration any more: likewise.
  void drain_unserved();
  // All go now, whatever they do.
  void terminate_all(const protocol::ErrorFields& reason);
  // Those of a database but for consoles; empty: of all.
  void terminate_clients(const std::string& database, const protocol::ErrorFields& reason);
  // False: there is none of this number.
  [[nodiscard]] bool terminate_client(std::uint64_t id, const protocol::ErrorFields& reason);

  // Null where it is not here.
  [[nodiscard]] Session* find(std::uint64_t id);
  // Any thread.
  [[nodiscard]] std::size_t size() const { return size_; }
  // Visits every session; none may end meanwhile.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const auto& session : sessions_) visit(session);
  }

 private:
  void on_session_ended(Session& session) override;
  // Sessions may end while each of these is told something.
  [[nodiscard]] std::vector<Session*> all();

  SessionEnvironment& environment_;
  boost::intrusive::list<Session, boost::intrusive::base_hook<RegisteredHook>> sessions_;  // owns them
  std::atomic<std::size_t> size_ = 0;                                                      // of those
};

}  // namespace howdah::client
