// Any bytes as a configuration: read or refused with at least one problem, each on one line; what was read
// can be shown.
#include <cstdint>
#include <cstdlib>

#include "config/configuration.h"

namespace {

using namespace howdah::config;

Outside outside() {
  return {.read_file = [](const std::string& path) -> std::expected<std::string, std::string> {
            if (path == "hba") return "local all all peer map=m\nhostssl /^a b all ldap ldapserver=a ldapbasedn=x\n";
            if (path == "ident") return "m /^(.*)@x$ \\1\n";
            if (path == "list") return "\"a\" \"secret\"\n";
            return "from a file\n";
          },
          .file_exists = [](const std::string& path) { return path.size() % 2 == 0; },
          .check_privacy = [](const std::string&) -> std::expected<void, std::string> { return {}; },
          .environment = [](const std::string&) { return std::optional<std::string>("from the environment"); },
          .check_backend = [](const std::string& backend) -> std::expected<void, std::string> {
            if (backend.find('"') != std::string::npos) return std::unexpected("missing \"=\" after " + backend);
            return {};
          },
          .libpq_without_scram_keys = [] { return std::optional<std::string>("15.0"); }};
}

void require(bool promise) {
  if (!promise) std::abort();
}

void check(const Settings& settings) {
  require(!settings.listen.empty() && !settings.databases.empty() && !settings.auth.empty());
  for (const auto& [name, database] : settings.databases) {
    require(database.name == name && !database.backend.empty());
    require(database.pool.min_size <= database.pool.max_size && database.pool.max_size > 0);
  }
  for (const auto& option : show_options(settings)) require(!option.key.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto settings = read_configuration(text, "fuzz.yaml", outside());
  if (settings) {
    check(*settings);
    return 0;
  }
  require(!settings.error().empty());
  for (const auto& problem : settings.error()) require(problem.message().find('\n') == std::string::npos);
  return 0;
}
