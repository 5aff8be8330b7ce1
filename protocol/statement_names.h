// The prepared statements of one client under the names that it gave them. One thread.
// (PostgreSQL documentation: "Extended Query", "PREPARE", "DEALLOCATE")
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "protocol/statement.h"

namespace howdah::protocol {

class StatementNames {
 public:
  // Null where the client has no statement of that name.
  [[nodiscard]] StatementPointer find(std::string_view name) const;
  // The same where it is kept, until the next change.
  [[nodiscard]] const StatementPointer* find_entry(std::string_view name) const;
  // The client's name for a server name; empty where it has none. Looks at all: for errors only.
  [[nodiscard]] std::string_view name_of(std::string_view server_name) const;
  [[nodiscard]] std::size_t size() const { return statements_.size(); }
  // Name and statement of each, in no order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [name, statement] : statements_) visit(name, statement);
  }

  void add(std::string_view name, StatementPointer statement);
  void remove(std::string_view name);
  void clear();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  using Map = std::unordered_map<std::string, StatementPointer, Hash, std::equal_to<>>;

  Map statements_;
  mutable const Map::value_type* last_found_ = nullptr;  // pipelines ask for the same one again and again
};

}  // namespace howdah::protocol
