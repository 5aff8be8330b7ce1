// A session's place in a pool's queue. Its links and number belong to the PoolLedger and its lock while it is in there.
#pragma once

#include <boost/intrusive/list.hpp>

#include "daemon/server/server_connection.h"
#include "daemon/worker/agenda.h"
#include "protocol/error_fields.h"

namespace howdah::pool {

class Waiter : public boost::intrusive::list_base_hook<> {
 public:
  // The lease that was waited for; the waiter has left the queue. Called at the end of a turn of the waiter's worker,
  // never inside one of its calls to the pool.
  virtual void on_granted(server::ServerConnection& server) = 0;
  // The backend cannot be used; the waiter has left the queue. Called as on_granted is.
  virtual void on_refused(const protocol::ErrorFields& error) = 0;

  [[nodiscard]] bool is_waiting() const { return place_ != Place::Nowhere; }
  [[nodiscard]] worker::TimePoint waiting_since() const { return since_; }
  // In the order of arrival over all workers; 0: not in the queue.
  [[nodiscard]] std::uint64_t queue_number() const { return place_ == Place::Queue ? number_ : 0; }

 protected:
  ~Waiter() = default;

 private:
  friend class Pool;
  friend class PoolLedger;
  // Settled: a server or a refusal is on its way to the waiter.
  enum class Place { Nowhere, Queue, Settled };
  Place place_ = Place::Nowhere;
  server::ServerConnection* granted_ = nullptr;
  worker::TimePoint since_{};
  std::uint64_t number_ = 0;
};

using WaiterList = boost::intrusive::list<Waiter>;

}  // namespace howdah::pool
