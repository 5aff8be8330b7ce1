// What the parts of one pool on all workers agree on: how many servers there are, who waits in which order, where
// servers are idle, and whether the backend lets us in. Any thread; the lock is held for a few pointer moves.
//
// A server is idle on the worker where it was used last, and moves to another one only when somebody waits there. Until
// it has arrived it is "on its way": promised while it is still idle elsewhere, or sent. Whoever waits for it counts as
// served. Between any two calls nobody waits unserved while a server is idle anywhere.
//
// Order: a server that becomes free on a worker may go to the first who waits there though others have waited longer
// elsewhere, but no waiter is overtaken by more than kMostOvertaking who came later.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "config/settings.h"
#include "daemon/pool/catalog_watch.h"
#include "daemon/pool/channel_hub.h"
#include "daemon/pool/statement_cache.h"
#include "daemon/pool/waiter.h"
#include "daemon/pool/welcome_cache.h"
#include "daemon/server/server_connection.h"
#include "daemon/worker/mailbox.h"

namespace howdah::pool {

// The part of a pool on one worker, as the others see it. Called by letter, on its own worker.
class PoolPart {
 public:
  // A server that was idle here is wanted on the worker of part `to`.
  virtual void on_server_wanted(server::ServerId id, std::size_t to) = 0;
  virtual void on_server_arrived(std::unique_ptr<server::ServerConnection> server) = 0;
  // The backend cannot be used: who waits here is refused.
  virtual void on_refused(const protocol::ErrorFields& error) = 0;
  // These servers, which were idle here, are to be closed.
  virtual void on_evicted(const std::vector<server::ServerId>& ids) = 0;
  // Likewise, by the order of an administrator. `why` lives as long as the program.
  virtual void on_unwanted(const std::vector<server::ServerId>& ids, const char* why) = 0;
  // These are to be checked, and count as readings.
  virtual void on_suspected(const std::vector<server::ServerId>& ids) = 0;
  // The server of another part at this host was found unfit.
  virtual void on_host_doubted(const std::string& host) = 0;
  // Log-ins that had to wait may begin.
  virtual void on_logins_allowed() = 0;

 protected:
  ~PoolPart() = default;
};

class PoolLedger {
 public:
  static constexpr std::uint64_t kMostOvertaking = 64;

  explicit PoolLedger(const config::PoolSettings& settings, std::shared_ptr<CatalogWatch> catalog = nullptr,
                      std::shared_ptr<ChannelHub> channels = nullptr)
      : settings_(settings),
        catalog_(catalog ? std::move(catalog) : std::make_shared<CatalogWatch>(settings.state)),
        channels_(channels ? std::move(channels) : std::make_shared<ChannelHub>()) {}
  PoolLedger(const PoolLedger&) = delete;
  PoolLedger& operator=(const PoolLedger&) = delete;

  // Joins before anything else, and stays to the end of all workers; its number.
  [[nodiscard]] std::size_t join(PoolPart& part, worker::Mailbox& mailbox);

  // --- servers and waiters. `part`: the caller's number.

  // Log-ins that are wanted: so many are to be begun by the caller, and count from now on; the others not before that
  // time.
  struct LoginPlan {
    std::size_t count = 0;
    std::optional<worker::TimePoint> retry_at = {};
    server::Standing standing = {};  // of their servers
  };

  // Takes an idle server of the caller's, `preferred` where that is one of them, else the one used last.
  [[nodiscard]] server::ServerConnection* take_idle(std::size_t part, server::ServerId preferred);
  // Takes this one, if it still is idle and not promised.
  [[nodiscard]] bool take_this_idle(std::size_t part, server::ServerId id);
  // The caller's idle servers, used the longest ago first. They may be promised before the caller looks at them.
  [[nodiscard]] std::vector<server::ServerId> idle_servers(std::size_t part) const;
  void forget_idle(std::size_t part, server::ServerId id);
  // The server that somebody who asks on this part now gets first; none where none is idle anywhere.
  struct FirstChoice {
    server::ServerId id = 0;
    std::int32_t process_id = 0;
  };
  [[nodiscard]] FirstChoice first_choice(std::size_t part) const;

  // Puts a waiter behind all others; an idle server of another worker, at best the preferred one, is sent for. Or tells
  // why it is refused at once.
  struct Arrival {
    std::optional<protocol::ErrorFields> refusal = {};
    LoginPlan logins = {};
  };
  [[nodiscard]] Arrival enqueue(std::size_t part, Waiter& waiter, worker::TimePoint now, server::ServerId preferred);
  // Puts a waiter back that has lost the server it was granted.
  void put_back(std::size_t part, Waiter& waiter);
  void leave(std::size_t part, Waiter& waiter);
  // The first in the caller's queue, out of it; null where nobody is in it.
  [[nodiscard]] Waiter* take_first(std::size_t part);

  // Where a free server goes.
  struct Placement {
    enum class Kind {
      Granted,   // to `waiter`, who is out of the queue
      Sent,      // to be sent to part `to`
      Kept,      // it is idle here
      Surplus,   // to be closed: the pool is draining
      InTheWay,  // likewise, in an eviction
      Paused,    // likewise, up to a resume
      TooMany,   // likewise, since max_size was lowered
    };
    Kind kind;
    Waiter* waiter = nullptr;
    std::size_t to = 0;
  };
  [[nodiscard]] Placement place(std::size_t part, server::ServerConnection& server);
  // The same for one that has come from another worker.
  [[nodiscard]] Placement place_arrived(std::size_t part, server::ServerConnection& server);
  void send(std::size_t to, std::unique_ptr<server::ServerConnection> server);
  // A server that was on its way to part `to` is lost: others, or log-ins, take its place.
  void break_promise(std::size_t to);

  // --- connections and log-ins

  [[nodiscard]] LoginPlan begin_logins(worker::TimePoint now);
  void end_login();
  struct Failure {
    config::Milliseconds pause;  // until the next attempt
  };
  // Refuses all who wait, where there is no server and waiting changes nothing.
  Failure fail_login(const protocol::ErrorFields& error, worker::TimePoint now, server::Standing standing);
  // A server of this standing is of no more use, but its backend process may still be there.
  void note_closed(server::Standing standing);
  void note_gone();  // now it is not

  // When log-ins that are wanted may begin; nothing where none are wanted or they may begin now.
  [[nodiscard]] std::optional<worker::TimePoint> retry_time(worker::TimePoint now) const;
  // The last log-in's error; its message is empty after a good one.
  [[nodiscard]] protocol::ErrorFields last_error() const;

  // --- evictions: see there

  // All idle servers are taken, to be closed by their parts; how many. Until as many calls of end_eviction free servers
  // are of no use and log-ins wait.
  std::size_t begin_eviction();
  void end_eviction();
  void note_evicted(std::size_t count);  // a part has closed so many of those
  // They are closed, and their backends have ended.
  [[nodiscard]] bool is_evicted() const;

  // --- orders of an administrator: pool_orders.cpp

  // Up to a resume nobody gets a server: idle ones are closed, the others when they are free, and no log-in begins.
  void pause();
  void resume();
  [[nodiscard]] bool is_paused() const;
  // The servers of this moment and those whose log-in is under way are outdated: closed as soon as they are free.
  void reconnect();
  [[nodiscard]] bool is_outdated(server::Standing standing) const {
    return standing.reconnects != this->standing().reconnects;
  }
  [[nodiscard]] std::size_t outdated_count() const;
  // What new servers are of may be another one: it is learnt anew.
  void forget_backend();
  // One more server is outdated, for a reason of its own; what its standing is from now on.
  [[nodiscard]] server::Standing outdate_one();
  // Sizes, and how log-ins are made, from now on.
  void adopt(const config::PoolSettings& settings);

  // --- beside another process that has the same pool, while one takes the place of the other: pool_moves.cpp

  // So many connections of the other process count against max_size here.
  void set_elsewhere(std::size_t connections);
  // The other process is to have them: free servers that nobody waits for are closed, and a new one is made only where
  // somebody waits and there is none.
  void give_way();
  void end_giving_way();

  // A free server is busy for the pool, and free again soon.
  void begin_reading();
  void end_reading();

  // --- doubts whether servers still are what was asked for, or there at all: pool_fitness.cpp

  // Of a server that is good now.
  [[nodiscard]] server::Standing standing() const { return standing_.load(std::memory_order_relaxed); }
  // A server was lost without a reason of its own: all idle ones are taken, to be checked by their parts, each of which
  // counts as a reading until then. Not twice within a second: what comes earlier is seen to by suspect_again.
  void suspect(worker::TimePoint now);
  void suspect_again(worker::TimePoint now);
  // A server at `host` is not what was asked for: the others are good only once they have been checked, too. Idle ones
  // are taken, as above.
  void doubt(const std::string& host);
  // Log-ins may go to several machines, one of which may be fit any time: while somebody waits they are tried often.
  void seek_eagerly(bool is_eager) { is_eager_.store(is_eager, std::memory_order_relaxed); }

  // --- pins: servers that are kept by their sessions

  struct EndPin {
    void operator()(PoolLedger* ledger) const { ledger->pinned_.fetch_sub(1, std::memory_order_relaxed); }
  };
  using Pin = std::unique_ptr<PoolLedger, EndPin>;
  // One more server is kept for as long as this lives. Null: there are as many as may be.
  [[nodiscard]] Pin take_pin();
  [[nodiscard]] int pinned_count() const { return pinned_.load(std::memory_order_relaxed); }

  void start();  // min_size holds from now on
  void drain();  // free servers are to be closed, and only waiters get new ones

  struct Counts {
    std::size_t servers = 0;     // logged in
    std::size_t logging_in = 0;  // under way
    std::size_t leaving = 0;     // closed, and perhaps still there
    std::size_t waiting = 0;
    std::size_t unserved = 0;  // of those, without a server on its way to them
    std::size_t idle = 0;

    [[nodiscard]] std::size_t connections() const { return servers + logging_in + leaving; }
  };
  [[nodiscard]] Counts counts() const;
  struct Waiting {
    std::size_t count = 0;
    worker::TimePoint first_since{};
    worker::TimePoint::duration so_far{};  // of all together
  };
  [[nodiscard]] Waiting waiting_on(std::size_t part, worker::TimePoint now) const;
  [[nodiscard]] bool is_anybody_waiting() const { return waiting_.load(std::memory_order_relaxed) > 0; }

  [[nodiscard]] StatementCache& statements() { return statements_; }
  [[nodiscard]] WelcomeCache& welcomes() { return welcomes_; }
  // Of its database, and so shared with other pools.
  [[nodiscard]] CatalogWatch& catalog() { return *catalog_; }
  // Likewise.
  [[nodiscard]] ChannelHub& channels() { return *channels_; }

 private:
  struct IdleServer {
    server::ServerId id;
    server::ServerConnection* server;  // for its own worker only
    std::int32_t process_id;
  };
  struct Part {
    PoolPart* part;
    worker::Mailbox* mailbox;
    WaiterList queue;
    std::vector<IdleServer> idle;  // the one used last is at the back
    std::size_t on_the_way = 0;

    // Without a server on its way to it.
    [[nodiscard]] std::size_t unserved() const { return queue.size() > on_the_way ? queue.size() - on_the_way : 0; }
  };
  using Letters = std::vector<std::pair<worker::Mailbox*, worker::Mailbox::Letter>>;
  // How many were taken. `tell(part, ids)` is what each part's letter does.
  template <typename Tell>
  std::size_t take_all_idle(Letters& letters, Tell tell) {
    std::size_t count = 0;
    for (auto& part : parts_) {
      if (part.idle.empty()) continue;
      std::vector<server::ServerId> ids;
      std::ranges::transform(std::exchange(part.idle, {}), std::back_inserter(ids), &IdleServer::id);
      count += ids.size();
      letters.emplace_back(part.mailbox, [told = part.part, taken = std::move(ids), tell] { tell(*told, taken); });
    }
    return count;
  }
  void take_unwanted(const char* why, Letters& letters);
  void allow_logins(Letters& letters) const;
  void take_suspects(Letters& letters);

  // All of these under the lock; what they have to tell others is posted behind it.
  [[nodiscard]] Placement place_free(std::size_t part, server::ServerConnection& server);
  [[nodiscard]] const Part* first_unserved(const Part& besides) const;
  [[nodiscard]] static std::uint64_t first_unserved_number(const Part& part);
  void take_out(Part& part, Waiter& waiter);
  void send_for_idle(Letters& letters);
  void send_for_preferred(std::size_t to, server::ServerId id, Letters& letters);
  void send_for(Part& from, std::vector<IdleServer>::const_iterator idle, std::size_t to, Letters& letters);
  [[nodiscard]] bool is_refusing(worker::TimePoint now) const;
  [[nodiscard]] LoginPlan plan_logins(worker::TimePoint now);
  [[nodiscard]] std::size_t wanted_logins() const;
  [[nodiscard]] std::size_t unserved_count() const;
  [[nodiscard]] std::size_t connection_count() const { return servers_ + logging_in_ + leaving_; }
  [[nodiscard]] std::size_t most_connections() const;
  static void post(Letters letters);

  config::PoolSettings settings_;  // what adopt changes: under mutex_
  StatementCache statements_;
  WelcomeCache welcomes_;
  const std::shared_ptr<CatalogWatch> catalog_;
  const std::shared_ptr<ChannelHub> channels_;
  std::atomic<std::size_t> waiting_ = 0;
  std::atomic<int> pinned_ = 0;
  std::atomic<int> most_pinned_ = settings_.state.max_pinned;  // 0: all
  std::atomic<bool> is_eager_ = false;
  std::atomic<server::Standing> standing_ = server::Standing{.reconnects = 2, .doubts = 1};  // changed under mutex_

  mutable std::mutex mutex_;  // guards what follows
  std::vector<Part> parts_;
  std::uint64_t last_number_ = 0;  // of waiters, in the order of their arrival
  std::size_t servers_ = 0;
  std::size_t logging_in_ = 0;
  std::size_t leaving_ = 0;
  std::size_t readings_ = 0;
  std::size_t evictions_ = 0;  // under way
  std::size_t evicted_ = 0;    // servers that are still to be closed for them
  std::size_t outdated_ = 0;   // servers and log-ins from before the last reconnect
  std::size_t elsewhere_ = 0;
  bool is_giving_way_ = false;
  bool is_started_ = false;
  bool is_draining_ = false;
  bool is_paused_ = false;
  worker::TimePoint suspected_at_{};
  bool is_suspicion_due_ = false;
  protocol::ErrorFields last_error_;
  worker::TimePoint retry_at_{};
  config::Milliseconds retry_pause_{};
};

}  // namespace howdah::pool
