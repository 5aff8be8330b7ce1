// An import in a world of maps: the file is "p.ini", the printed YAML is read back.
#pragma once

#include <string>

#include "config/pgbouncer/import.h"
#include "tests/config/fake_outside.h"

namespace howdah::config {

struct Imported {
  std::string yaml;
  Settings settings;
};

// The YAML; throws where there is none, which fails the case.
inline std::string yaml_of(const std::string& ini, FakeOutside world = {}) {
  world.files["p.ini"] = ini;
  world.libpq_without_scram_keys = "15.0";
  return import_pgbouncer("p.ini", world.outside()).value();
}

inline Imported imported(const std::string& ini, FakeOutside world = {}) {
  auto yaml = yaml_of(ini, world);
  world.libpq_without_scram_keys = "15.0";
  auto settings = read_configuration_from_memory(yaml, "yaml", world.outside());
  if (settings) return {.yaml = std::move(yaml), .settings = *std::move(settings)};
  std::string said = yaml;
  for (const auto& problem : settings.error()) said += problem.message() + "\n";
  throw std::runtime_error(said);
}

// The mistakes, a line each; empty where there are none.
inline std::string refused(const std::string& ini, FakeOutside world = {}) {
  world.files["p.ini"] = ini;
  const auto yaml = import_pgbouncer("p.ini", world.outside());
  std::string said;
  if (!yaml) {
    for (const auto& problem : yaml.error()) said += (said.empty() ? "" : "\n") + problem.message();
  }
  return said;
}

// One database, and these lines of [pgbouncer].
inline std::string with_settings(const std::string& lines) {
  return "[databases]\nx = host=h\n[pgbouncer]\n" + lines + "\n";
}
// These lines of [databases].
inline std::string with_databases(const std::string& lines) {
  return "[databases]\n" + lines + "\n[pgbouncer]\n";
}

}  // namespace howdah::config
