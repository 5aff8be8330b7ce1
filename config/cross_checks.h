// What options say about each other, and what is added where the configuration says nothing.
#pragma once

#include "config/configuration.h"
#include "config/problem_list.h"
#include "config/settings.h"

namespace howdah::config {

// Options that are wrong by themselves are not judged again.
void check_across(const Settings& settings, ProblemList& problems);

// What the libpq that is there cannot do.
void check_libpq(const Settings& settings, const Outside& outside, ProblemList& problems);

// An empty `auth` becomes the rule that it means: scram-sha-256 for everybody. The method cert checks the
// whole certificate.
void make_explicit(Settings& settings);

}  // namespace howdah::config
