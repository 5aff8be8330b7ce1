#include "config/cross_checks.h"

#include <algorithm>
#include <array>

#include "config/listen_address.h"
#include "config/plain_text.h"
#include "config/units.h"

namespace howdah::config {

namespace {

// Names under which the console answers.
constexpr std::array<std::string_view, 2> kConsoleNames{"howdah", "pgbouncer"};

class AcrossCheck {
 public:
  AcrossCheck(const Settings& settings, ProblemList& problems) : settings_(settings), problems_(problems) {}

  void check() {
    check_listen();
    if (settings_.databases.empty() && !problems_.has_failed("databases")) {
      problems_.add("databases", {1, "nothing", "at least one database"});
    }
    for (const auto& [name, database] : settings_.databases) check_database(database);
  }

 private:
  void check_listen();
  void check_database(const DatabaseSettings& database);
  // `lower` must not be more than `upper`; both are options of `pool`.
  void check_order(const std::string& pool, const std::string& lower, const std::string& upper, bool is_right,
                   const std::string& lower_text, const std::string& upper_text);

  const Settings& settings_;
  ProblemList& problems_;
};

void AcrossCheck::check_listen() {
  std::vector<ListenAddress> seen;
  const auto check_one = [&](const std::string& path, const std::string& text) {
    const auto address = parse_listen_address(text);
    if (!address || address->port == 0) return;
    if (std::ranges::find(seen, *address) != seen.end()) {
      problems_.add(path, {problems_.line_of(path), quoted(text) + " again", "each address once"});
    }
    seen.push_back(*address);
  };
  for (const auto& text : settings_.listen) check_one("listen", text);
  check_one("admin.listen", settings_.admin.listen);
}

void AcrossCheck::check_database(const DatabaseSettings& database) {
  const auto path = "databases." + printable(database.name);
  if (std::ranges::find(kConsoleNames, database.name) != kConsoleNames.end()) {
    problems_.add(path, {problems_.line_of(path), "the name of the console", "another name"});
  }
  const auto& pool = database.pool;
  check_order(path + ".pool", "min_size", "max_size", pool.min_size <= pool.max_size, std::to_string(pool.min_size),
              std::to_string(pool.max_size));
  check_order(path + ".pool", "retry_min", "retry_max", pool.retry_min <= pool.retry_max,
              format_duration(pool.retry_min), format_duration(pool.retry_max));
}

void AcrossCheck::check_order(const std::string& pool, const std::string& lower, const std::string& upper,
                              bool is_right, const std::string& lower_text, const std::string& upper_text) {
  const auto lower_path = pool + "." + lower;
  const auto upper_path = pool + "." + upper;
  if (is_right || problems_.has_failed(lower_path) || problems_.has_failed(upper_path)) return;
  const int line = problems_.line_of(lower_path, problems_.line_of(upper_path));
  problems_.add(lower_path, {line, lower_text, "at most " + upper + ", which is " + upper_text});
}

}  // namespace

void check_across(const Settings& settings, ProblemList& problems) {
  AcrossCheck(settings, problems).check();
}

void make_explicit(Settings& settings) {
  if (settings.auth.empty()) settings.auth.push_back(AuthRule{});
}

}  // namespace howdah::config
