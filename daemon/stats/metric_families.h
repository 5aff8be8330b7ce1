// The families of one page of metrics, in the order in which they were started. (prometheus-cpp writes the text)
#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <vector>

#include "daemon/stats/snapshot.h"

namespace howdah::stats {

using prometheus::MetricType;
using Labels = std::vector<prometheus::ClientMetric::Label>;

// Its database and user, and one more if there is one.
[[nodiscard]] Labels labels_of(const PoolSnapshot& pool, std::string_view name = {}, std::string_view value = {});

class Families {
 public:
  void start(std::string_view name, std::string_view help, MetricType type);
  // A sample of the family started last: a counter or a gauge.
  void add(double value, Labels labels);
  // The same of a family of histograms.
  void add(const Histogram& times, Labels labels);
  // A family with one sample.
  void add_one(std::string_view name, std::string_view help, MetricType type, double value, Labels labels = {}) {
    start(name, help, type);
    add(value, std::move(labels));
  }

  [[nodiscard]] std::string text() const;

 private:
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace howdah::stats
