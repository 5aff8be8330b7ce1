// PostgreSQL's pg_hba.conf, read as it is: a record becomes the rules that it means here; what has no meaning here is
// an error with its line. (PostgreSQL documentation: "The pg_hba.conf File")
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "config/rule_checks.h"
#include "config/settings.h"

namespace howdah::config {

struct HbaRule {
  AuthRule rule;
  std::string file;
  int line = 0;
};

struct HbaFile {
  std::vector<HbaRule> rules;     // in order; not of records that are for replication only
  std::vector<Problem> problems;  // of all lines, without anything of an ldapbindpasswd
};

// Or why the file itself cannot be read. What rules need elsewhere (maps, an authority) is not judged here.
[[nodiscard]] std::expected<HbaFile, std::string> read_hba_file(const std::string& path, const Outside& outside);

// The mistake in PostgreSQL's words for the options: "clientcert: found verify-ca, expected ...".
[[nodiscard]] std::string hba_text(const RuleMistake& mistake);

}  // namespace howdah::config
