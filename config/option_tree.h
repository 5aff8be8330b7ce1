// Options that a program gives one by one, as the document that they would be.
#pragma once

#include <vector>

#include "config/configuration.h"
#include "config/document.h"
#include "config/problem_list.h"

namespace howdah::config {

// An option in place of what was given at its path or around it before. What is no YAML, or has no path, is a problem.
[[nodiscard]] TreeNode tree_of_options(const std::vector<GivenOption>& options, ProblemList& problems);

}  // namespace howdah::config
