// The sessions of one worker: makes one for each connection, owns them, ends them in a drain.
#pragma once

#include <atomic>
#include <boost/intrusive/list.hpp>
#include <expected>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/client/handed_client.h"
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

  // --- clients that go on with another process, or come from one: session_moves.cpp

  class Departures {
   public:
    // Somebody has to tell on_departed what has become of it. The descriptor is the session's.
    virtual void depart(HandedClient client, int descriptor) = 0;

   protected:
    ~Departures() = default;
  };
  // All leave, now or as soon as they are between two transactions, but for those that are bound to this process: see
  // drain_bound. So do those that still come. `departures` must outlive this or stop_moving().
  void begin_moving(Departures& departures);
  // Nobody leaves any more; who was on the way stays, and goes on.
  void stop_moving();
  void on_departed(std::uint64_t id, bool is_taken);
  // As drain; only those that cannot leave.
  std::size_t drain_bound(std::size_t most);
  // Takes a client on that another process has handed out; or says why not. It is served from begin_serving() on.
  [[nodiscard]] std::expected<void, std::string> adopt(const HandedClient& client, std::unique_ptr<io::Stream> stream);
  void begin_serving(std::uint64_t id);

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
  void on_movable(Session& session) override;
  void on_cancelled_away(Session& session, cancel::CancelHold hold) override;
  void move_on();
  template <typename Condition>
  [[nodiscard]] std::size_t drain_where(std::size_t most, Condition condition);
  // Sessions may end while each of these is told something.
  [[nodiscard]] std::vector<Session*> all();

  SessionEnvironment& environment_;
  boost::intrusive::list<Session, boost::intrusive::base_hook<RegisteredHook>> sessions_;  // owns them
  std::atomic<std::size_t> size_ = 0;                                                      // of those
  Departures* departures_ = nullptr;                                                       // null: all stay
  std::vector<Session*> movable_;                                                          // perhaps
  struct Away {
    Session* session;
    std::vector<cancel::CancelHold> cancels = {};
  };
  std::unordered_map<std::uint64_t, Away> away_;  // on their way out or in
  worker::MethodDeferred<SessionRegistry, &SessionRegistry::move_on> move_work_{*this};
};

}  // namespace howdah::client
