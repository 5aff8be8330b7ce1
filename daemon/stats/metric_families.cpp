#include "daemon/stats/metric_families.h"

#include <prometheus/text_serializer.h>

#include <array>
#include <sstream>

namespace howdah::stats {

namespace {

// From what a query in memory takes to what nobody waits for.
constexpr auto kLimits = std::to_array<Microseconds>(
    {Microseconds(100), Microseconds(250), Microseconds(500), Microseconds(1'000), Microseconds(2'500),
     Microseconds(5'000), Microseconds(10'000), Microseconds(25'000), Microseconds(50'000), Microseconds(100'000),
     Microseconds(250'000), Microseconds(500'000), Microseconds(1'000'000), Microseconds(2'500'000),
     Microseconds(5'000'000), Microseconds(10'000'000), Microseconds(30'000'000), Microseconds(60'000'000)});

double seconds(Microseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

Labels labels_of(const PoolSnapshot& pool, std::string_view name, std::string_view value) {
  Labels labels{{"database", pool.database}, {"user", pool.user}};
  if (!name.empty()) labels.push_back({std::string(name), std::string(value)});
  return labels;
}

void Families::start(std::string_view name, std::string_view help, MetricType type) {
  auto& family = families_.emplace_back();
  family.name = name;
  family.help = help;
  family.type = type;
}

void Families::add(double value, Labels labels) {
  auto& family = families_.back();
  auto& metric = family.metric.emplace_back();
  metric.label = std::move(labels);
  (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
}

void Families::add(const Histogram& times, Labels labels) {
  auto& metric = families_.back().metric.emplace_back();
  metric.label = std::move(labels);
  metric.histogram.sample_count = times.count();
  metric.histogram.sample_sum = seconds(times.sum());
  for (const auto limit : kLimits) {
    metric.histogram.bucket.push_back({.cumulative_count = times.count_up_to(limit), .upper_bound = seconds(limit)});
  }
}

std::string Families::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_);
  return std::move(out).str();
}

}  // namespace howdah::stats
