// A configuration to be written as YAML: sections, values and lists in the order in which they were made, with
// comments.
#pragma once

#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::config::pgbouncer {

struct YamlNode {
  enum class Kind { Section, Scalar, List, Items, Note };
  Kind kind = Kind::Section;
  std::string key = {};
  std::string comment = {};              // above it; of a note, all there is
  std::vector<std::string> values = {};  // one of a scalar
  std::list<YamlNode> children = {};     // of a section; sections, of items

  // The one of this name in a section; made where there is none yet. It stays where it is.
  YamlNode& section(std::string_view name);
  void set(std::string_view name, std::string value, std::string comment = {});
  void set_list(std::string_view name, std::vector<std::string> items, std::string comment = {});
  void note(std::string text) { children.push_back({.kind = Kind::Note, .comment = std::move(text)}); }
  [[nodiscard]] bool has(std::string_view name) const;
};

// A scalar at the end of `path`, "client.tls.mode", sections made on the way.
void set_at(YamlNode& root, std::string_view path, std::string value, std::string comment = {});
// Likewise a section.
[[nodiscard]] YamlNode& section_at(YamlNode& root, std::string_view path);

// Sections with nothing in them are left out. Values are quoted where they need it.
[[nodiscard]] std::string yaml_text(const YamlNode& root);

}  // namespace howdah::config::pgbouncer
