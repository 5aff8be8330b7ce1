#include "daemon/server/statement_runs.h"

#include <algorithm>
#include <chrono>

namespace howdah::server {

namespace {

// So many slow ones are kept until somebody asks.
constexpr std::size_t kMostSlow = 100;

std::uint64_t microseconds(worker::TimePoint::duration duration) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
}

}  // namespace

void StatementRuns::fail(std::uint64_t position, worker::TimePoint now) {
  if (head_ < runs_.size()) end(1, position, now, true);
}

// The first of them took the time.
void StatementRuns::end(std::uint32_t count, std::uint64_t position, worker::TimePoint now, bool is_failed) {
  const auto& run = runs_[head_];
  const auto took = now - std::max(run.since, last_end_);
  last_end_ = now;
  const auto bytes = position - std::exchange(position_, position);
  const auto rows = rows_ - std::exchange(counted_rows_, rows_);
  if (auto* counts = run.statement.counts()) {
    counts->calls += count;
    counts->rows += rows;
    counts->bytes += bytes;
    if (took.count() != 0) {
      counts->server_microseconds += microseconds(took);
      counts->longest_microseconds = std::max(counts->longest_microseconds, microseconds(took));
    }
    if (wait_.count() != 0) counts->wait_microseconds += microseconds(wait_);
    if (is_failed) ++counts->errors;
  }
  if (took >= slow_limit_ && slow_.size() < kMostSlow) slow_.push_back({run.statement, took, wait_, is_failed});
  wait_ = {};
  take_off(count);
}

void StatementRuns::pop() {
  ++head_;
  if (head_ < runs_.size() && head_ < kWorthMoving) return;
  runs_.erase(runs_.begin(), runs_.begin() + static_cast<std::ptrdiff_t>(head_));
  head_ = 0;
}

void StatementRuns::drop(std::size_t count) {
  for (; count > 0 && head_ < runs_.size(); --count) take_off(1);
}

}  // namespace howdah::server
