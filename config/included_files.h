// What the settings take from other files that they name. The mistakes in those go to the same problems, each with
// its own file and line.
#pragma once

#include "config/configuration.h"
#include "config/problem_list.h"
#include "config/settings.h"

namespace howdah::config {

// The maps of `ident_file`.
void include_ident_file(Settings& settings, const Outside& outside, ProblemList& problems);
// The rules of `hba_file`; the maps must be there already.
void include_hba_file(Settings& settings, const Outside& outside, ProblemList& problems);
// The users of `user_list`, with what the settings say of them besides.
void include_user_list(Settings& settings, const Outside& outside, ProblemList& problems);

// Whether others can read `client.tls.key`, which is read when the settings are used.
void check_key_file(const Settings& settings, const Outside& outside, ProblemList& problems);

}  // namespace howdah::config
