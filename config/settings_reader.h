// From a document to settings, option by option, as the table says. What options say about each other is
// judged in cross_checks.h.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "config/document.h"
#include "config/option_table.h"
#include "config/problem_list.h"

namespace howdah::config {

class SettingsReader {
 public:
  // Both must outlive the reader.
  SettingsReader(const Outside& outside, ProblemList& problems) : outside_(outside), problems_(problems) {}

  // A value that is a secret, and where it stands.
  struct SecretPlace {
    std::string path;
    int line = 0;
  };

  // Every mistake goes to the problems; what is wrong keeps its default. Called once.
  [[nodiscard]] Settings read(const TreeNode& root);
  // The first secret that the document itself holds. After read.
  [[nodiscard]] const std::optional<SecretPlace>& first_secret() const { return first_secret_; }

 private:
  // The same place in the table ("databases.<name>") and in the file ("databases.products").
  struct Place {
    std::string in_table;
    std::string shown;
  };

  void read_section(const TreeNode& section, const Place& place);
  void read_entry(const TreeNode& entry, const Place& place);
  void read_option(const Option& option, const TreeNode& value, const Place& place);
  void read_named_sections(const TreeNode& sections, const Place& place);
  void read_section_list(const TreeNode& list, const Place& place);
  void start_entry();
  void start_item();
  void keep_entry(std::string_view in_table, const std::string& name);

  // False, and a problem, where the node is of another kind; nothing at all is an empty section or list.
  bool is_kind(const TreeNode& node, TreeNode::Kind kind, const Place& place, const std::string& expected);
  // An entry is a value with its key in a map.
  // False, and a problem, for a key that was met before in its section.
  bool is_first(const TreeNode& entry, std::map<std::string_view, int>& lines, const Place& place);
  void refuse_key(const TreeNode& entry, const Place& section, const Place& place);
  void miss_required(const TreeNode& section, const Place& place, const std::map<std::string_view, int>& present);

  const Outside& outside_;
  ProblemList& problems_;
  Subject subject_;
  std::optional<SecretPlace> first_secret_;
};

}  // namespace howdah::config
