// Names that run each other, as their texts and the catalog tell, and what each may leave behind by itself and through
// the others. Names are keys: see telling_names.h.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "protocol/telling_names.h"

namespace howdah::protocol {

class NameGraph {
 public:
  // When a text runs: whenever its name is used, where the name is written to, or whenever it is used, and what it
  // names is written to where the name is.
  enum class Use { Always, ByWriting, AsView };
  void add_text(const std::string& name, Use use, std::string_view language, std::string_view text);
  // A function of PostgreSQL's own.
  void add_function(const std::string& name, StateKind kind) { nodes_[name].traces.always.kinds.add(kind); }
  // Where `name` is written to, `run` is run.
  void add_trigger(const std::string& name, const std::string& run) { nodes_[name].runs_by_writing.insert(run); }
  // What is done to `name` is done to `other`.
  void add_like(const std::string& name, const std::string& other) { nodes_[name].shares.insert(other); }

  // Those by which something may be left.
  [[nodiscard]] TellingNames::Map telling();

 private:
  struct Node {
    NameTraces traces;
    std::set<std::string> runs;               // whenever it is used
    std::set<std::string> writes;             // likewise, and they may be written to
    std::set<std::string> runs_by_writing;    // where it is written to
    std::set<std::string> writes_by_writing;  // likewise, and they may be written to
    std::set<std::string> shares;             // both, as they are used and written to
  };
  [[nodiscard]] std::map<std::string_view, std::set<std::string_view>> users() const;
  // Whether that changes what it may leave.
  bool take_from(Node& node, const std::string& name, const NameTraces& traces);

  std::map<std::string, Node, std::less<>> nodes_;
};

}  // namespace howdah::protocol
