// The library's configurations: from files, texts and programs.
#include "daemon/howdah_content.h"

namespace howdah {

namespace {

constexpr auto kName = "configuration";  // of what is in no file

ReadSettings read_file(const std::string& path, const config::Outside& outside) {
  const auto text = outside.read_file(path);
  if (text) return config::read_configuration(*text, path, outside);
  config::Problem problem{.file = path, .line = 0, .text = "cannot be read: " + text.error()};
  return std::unexpected(std::vector{std::move(problem)});
}

}  // namespace

std::string Problem::message() const {
  const auto place = file + (line > 0 ? ":" + std::to_string(line) : "");
  return place.empty() ? text : place + ": " + text;
}

std::vector<Problem> as_public(const std::vector<config::Problem>& problems) {
  std::vector<Problem> shown;
  shown.reserve(problems.size());
  for (const auto& problem : problems) {
    shown.push_back({.file = problem.file, .line = problem.line, .text = problem.text});
  }
  return shown;
}

Result<Configuration> Configuration::Content::read(Source from) {
  os::FileWatch files;
  auto settings = files.read(from);
  if (!settings) return as_public(settings.error());
  return Configuration(std::make_shared<const Content>(
      Content{.settings = std::make_shared<const config::Settings>(*std::move(settings)),
              .source = std::move(from),
              .stamps = files.stamps()}));
}

Result<Configuration> Configuration::from_file(const std::string& path) {
  return Content::read([path](const config::Outside& outside) { return read_file(path, outside); });
}

Result<Configuration> Configuration::from_text(std::string yaml) {
  return Content::read([yaml = std::move(yaml)](const config::Outside& outside) {
    return config::read_configuration_from_memory(yaml, kName, outside);
  });
}

Result<Configuration> Configuration::read_again() const {
  return Content::read(content_->source);
}

struct [[gnu::visibility("hidden")]] ConfigurationBuilder::Content {
  std::vector<config::GivenOption> options;
};

ConfigurationBuilder::ConfigurationBuilder() : content_(std::make_unique<Content>()) {}
ConfigurationBuilder::~ConfigurationBuilder() = default;

ConfigurationBuilder& ConfigurationBuilder::set(Path path, std::string value) {
  content_->options.push_back({.path = std::move(path), .values = {std::move(value)}});
  return *this;
}

ConfigurationBuilder& ConfigurationBuilder::set_list(Path path, std::vector<std::string> values) {
  content_->options.push_back(
      {.path = std::move(path), .kind = config::GivenOption::Kind::List, .values = std::move(values)});
  return *this;
}

ConfigurationBuilder& ConfigurationBuilder::set_yaml(Path path, std::string yaml) {
  content_->options.push_back(
      {.path = std::move(path), .kind = config::GivenOption::Kind::Yaml, .values = {std::move(yaml)}});
  return *this;
}

Result<Configuration> ConfigurationBuilder::build() const {
  return Configuration::Content::read([options = content_->options](const config::Outside& outside) {
    return config::configuration_of_options(options, kName, outside);
  });
}

}  // namespace howdah
