// The statements that a server runs for its tenant, in the order in which they were sent: each Query and Execute of the
// client's, as OwedReplies keeps them, with the place where it is counted. Times are those of the loop's turns: of
// statements whose answers come in one turn, the first one has their time. One worker's thread.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "daemon/stats/statement_table.h"
#include "daemon/worker/agenda.h"

namespace howdah::server {

class StatementRuns {
 public:
  // A lease begins, in which nothing is followed unless the tenant says so. What came before belongs to nobody in it.
  void begin_lease(std::uint64_t position) {
    is_following_ = false;
    slow_limit_ = worker::TimePoint::duration::max();
    wait_ = {};
    runs_.clear();
    head_ = 0;
    position_ = position;
    counted_rows_ = told_rows_ = rows_;
  }
  // `slow_limit`: those that took as long are kept for who asks.
  void follow(worker::TimePoint::duration slow_limit) {
    is_following_ = true;
    slow_limit_ = slow_limit;
  }
  [[nodiscard]] bool is_following() const { return is_following_; }

  // One goes out.
  void begin(const stats::StatementTable::Reference& statement, worker::TimePoint now) {
    if (head_ < runs_.size() && runs_.back().statement == statement && runs_.back().since == now) {
      ++runs_.back().count;
    } else {
      runs_.push_back({.statement = statement, .since = now});
    }
  }
  // The first one was in the queue for so long.
  void note_wait(worker::TimePoint::duration wait) { wait_ = wait; }

  // The tag of a command told of so many rows.
  void note_rows(std::uint64_t count) { rows_ += count; }
  // All rows, since the last call.
  [[nodiscard]] std::uint64_t take_row_count() { return rows_ - std::exchange(told_rows_, rows_); }

  // So many at the front are of the same statement; 0: nothing is followed.
  [[nodiscard]] std::uint32_t same_count() const { return head_ < runs_.size() ? runs_[head_].count : 0; }
  // The first one has been answered, or so many of those of the same statement, in one turn. `position`: so many bytes
  // has the server sent in all.
  void complete(std::uint64_t position, worker::TimePoint now, std::uint32_t count = 1) {
    if (head_ >= runs_.size()) return;
    now == last_end_&& wait_.count() == 0 ? end_behind_another(count, position) : end(count, position, now, false);
  }
  void fail(std::uint64_t position, worker::TimePoint now);
  // The first ones will not be answered: the server skips them.
  void drop(std::size_t count);
  // So many bytes belong to none of them.
  void leave_out(std::uint64_t bytes) { position_ += bytes; }

  struct Slow {
    stats::StatementTable::Reference statement;
    worker::TimePoint::duration took;
    worker::TimePoint::duration waited;  // for a server, before that
    bool is_failed;
  };
  [[nodiscard]] bool has_slow() const { return !slow_.empty(); }
  [[nodiscard]] std::vector<Slow> take_slow() { return std::exchange(slow_, {}); }

 private:
  struct Run {
    stats::StatementTable::Reference statement;
    worker::TimePoint since;
    std::uint32_t count = 1;  // so many of the same, one behind the other
  };

  static constexpr std::size_t kWorthMoving = 1024;

  // Their answers came with that of the one before: most of a pipeline.
  void end_behind_another(std::uint32_t count, std::uint64_t position) {
    if (auto* counts = runs_[head_].statement.counts()) {
      counts->calls += count;
      counts->rows += rows_ - counted_rows_;
      counts->bytes += position - position_;
    }
    position_ = position;
    counted_rows_ = rows_;
    take_off(count);
  }
  void end(std::uint32_t count, std::uint64_t position, worker::TimePoint now, bool is_failed);
  void take_off(std::uint32_t count) {
    runs_[head_].count -= count;
    if (runs_[head_].count == 0) pop();
  }
  void pop();

  std::vector<Run> runs_;  // those before head_ are done with
  std::size_t head_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t told_rows_ = 0;
  std::uint64_t counted_rows_ = 0;
  std::uint64_t position_ = 0;
  worker::TimePoint last_end_;
  worker::TimePoint::duration wait_{};
  worker::TimePoint::duration slow_limit_ = worker::TimePoint::duration::max();
  std::vector<Slow> slow_;
  bool is_following_ = false;
};

}  // namespace howdah::server
