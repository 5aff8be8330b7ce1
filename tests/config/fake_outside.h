// The world of a configuration under test: files, environment and libpq as maps. And short forms of the entry
// points.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/configuration.h"

namespace howdah::config {

struct FakeOutside {
  std::map<std::string, std::string> files = {};
  std::map<std::string, std::string> variables = {};
  std::map<std::string, std::string> bad_backends = {};  // and libpq's words
  std::map<std::string, std::string> open_files = {};    // that others can read, and how they are
  std::optional<std::string> libpq_without_scram_keys = {};

  [[nodiscard]] Outside outside() const {
    return {.read_file = [this](const std::string& path) -> std::expected<std::string, std::string> {
              const auto found = files.find(path);
              if (found == files.end()) return std::unexpected("no such file");
              return found->second;
            },
            .file_exists = [this](const std::string& path) { return files.contains(path); },
            .check_privacy = [this](const std::string& path) -> std::expected<void, std::string> {
              const auto found = open_files.find(path);
              if (found != open_files.end()) return std::unexpected(found->second);
              return {};
            },
            .environment = [this](const std::string& name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              return found == variables.end() ? std::nullopt : std::optional(found->second);
            },
            .check_backend = [this](const std::string& backend) -> std::expected<void, std::string> {
              const auto found = bad_backends.find(backend);
              if (found != bad_backends.end()) return std::unexpected(found->second);
              return {};
            },
            .libpq_without_scram_keys = [this] { return libpq_without_scram_keys; }};
  }
};

// What a file needs and most cases do not care for.
inline const std::string kListen = "listen: [127.0.0.1:6432]\n";
inline const std::string kDatabases = "databases: {x: {backend: host=a}}\n";
inline const std::string kLeast = kListen + kDatabases;

// The problems of a text, as messages; none for a right one.
inline std::vector<std::string> problems_of(const std::string& yaml, const FakeOutside& world = {}) {
  const auto settings = read_configuration(yaml, "f.yaml", world.outside());
  std::vector<std::string> messages;
  if (settings) return messages;
  for (const auto& problem : settings.error()) messages.push_back(problem.message());
  return messages;
}

// All in one text, a line each.
inline std::string said_of(const std::string& yaml, const FakeOutside& world = {}) {
  std::string all;
  for (const auto& message : problems_of(yaml, world)) all += (all.empty() ? "" : "\n") + message;
  return all;
}

// The settings of a right text; throws where it is none, which fails the case.
inline Settings settings_of(const std::string& yaml, const FakeOutside& world = {}) {
  return read_configuration(yaml, "f.yaml", world.outside()).value();
}

}  // namespace howdah::config
