// Whether all is well, in words: what the dashboard says first. From figures only, so that it says why.
#pragma once

#include <string>
#include <vector>

#include "daemon/stats/history.h"
#include "daemon/stats/process_figures.h"
#include "daemon/stats/snapshot.h"

namespace howdah::stats {

// The later the worse.
enum class Grade { Well, Warning, Problem };

struct Finding {
  Grade grade = Grade::Warning;
  std::string about;  // "howdah", or a pool: "shop/app"
  std::string text;
};

struct Verdict {
  Grade grade = Grade::Well;      // that of the worst finding
  std::vector<Finding> findings;  // the worst first; bounded
};

[[nodiscard]] Verdict verdict_on(const Snapshot& snapshot, const History& history, const ProcessFigures& process);

// "well", "warning", "problem".
[[nodiscard]] const char* word_of(Grade grade);

}  // namespace howdah::stats
