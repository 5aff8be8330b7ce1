// The figures of the whole daemon, put together from what each worker tells of its own: nobody reads another's objects.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "daemon/stats/adviser.h"
#include "daemon/stats/snapshot.h"
#include "daemon/worker/mailbox.h"

namespace howdah::stats {

// How much a worker tells.
enum class Detail { Pools, All };

// What is on one worker; its pools are parts of pools that others have too.
struct WorkerFigures {
  int clients_logging_in = 0;
  std::uint64_t clients_accepted = 0;
  std::uint64_t logins_failed = 0;
  std::vector<PoolSnapshot> pools;
  std::vector<ClientSnapshot> clients;
  std::vector<ServerSnapshot> servers;
  std::vector<StatementSnapshot> statements;
};

// What follows from earlier looks; null: nothing.
struct EarlierLooks {
  std::shared_ptr<const Period> period = nullptr;
  std::shared_ptr<const Adviser> adviser = nullptr;
};

// All of it, as it was when it was asked for.
class GatheredFigures final : public SnapshotSource {
 public:
  // `frame`: what no worker knows.
  GatheredFigures(Snapshot frame, std::shared_ptr<const config::Settings> settings, EarlierLooks earlier = {})
      : snapshot_(std::move(frame)), settings_(std::move(settings)), earlier_(std::move(earlier)) {}

  void add(WorkerFigures part);
  // No more parts come: pools stand by name, clients and servers by id, statements by the
  // time that they took, each once.
  void complete();

  [[nodiscard]] Snapshot snapshot() const override { return snapshot_; }
  [[nodiscard]] std::vector<ClientSnapshot> clients() const override { return clients_; }
  [[nodiscard]] std::vector<ServerSnapshot> servers() const override { return servers_; }
  [[nodiscard]] std::vector<StatementSnapshot> statements() const override { return statements_; }
  [[nodiscard]] std::vector<Advice> advice() const override {
    return earlier_.adviser ? earlier_.adviser->advise(snapshot_) : std::vector<Advice>();
  }
  [[nodiscard]] std::shared_ptr<const config::Settings> settings() const override { return settings_; }
  [[nodiscard]] std::shared_ptr<const Period> last_period() const override { return earlier_.period; }

 private:
  Snapshot snapshot_;
  std::vector<ClientSnapshot> clients_;
  std::vector<ServerSnapshot> servers_;
  std::vector<StatementSnapshot> statements_;
  std::shared_ptr<const config::Settings> settings_;
  EarlierLooks earlier_;
};

using FiguresPointer = std::shared_ptr<const GatheredFigures>;

// Counts the parts in; the last one takes it on.
class Gathering {
 public:
  using Done = std::move_only_function<void(FiguresPointer)>;

  // `done` runs on the thread that brings the last part.
  Gathering(std::size_t part_count, GatheredFigures figures, Done done)
      : missing_(part_count), figures_(std::move(figures)), done_(std::move(done)) {}

  // Any thread.
  void add(WorkerFigures part);

 private:
  std::mutex mutex_;
  std::size_t missing_;  // under mutex_, like what follows
  GatheredFigures figures_;
  Done done_;
};

class Gatherer {
 public:
  // Asks all workers. `done` gets the figures in a letter to `asker`, never before this returns. Any thread.
  virtual void gather(worker::Mailbox& asker, Gathering::Done done) = 0;
  // The same without clients and servers, which may be many: what costs next to nothing.
  virtual void gather_pools(worker::Mailbox& asker, Gathering::Done done) { gather(asker, std::move(done)); }

 protected:
  ~Gatherer() = default;
};

// The figures that were gathered last, as a source for who was made before them. One thread.
class LastFigures final : public SnapshotSource {
 public:
  // Before the first that are set: nothing is asked of it.
  void set(FiguresPointer figures) { figures_ = std::move(figures); }

  [[nodiscard]] Snapshot snapshot() const override { return figures_->snapshot(); }
  [[nodiscard]] std::vector<ClientSnapshot> clients() const override { return figures_->clients(); }
  [[nodiscard]] std::vector<ServerSnapshot> servers() const override { return figures_->servers(); }
  [[nodiscard]] std::vector<StatementSnapshot> statements() const override { return figures_->statements(); }
  [[nodiscard]] std::vector<Advice> advice() const override { return figures_->advice(); }
  [[nodiscard]] std::shared_ptr<const Period> last_period() const override { return figures_->last_period(); }
  [[nodiscard]] std::shared_ptr<const config::Settings> settings() const override { return figures_->settings(); }

 private:
  FiguresPointer figures_;
};

}  // namespace howdah::stats
