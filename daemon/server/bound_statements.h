// What the names of a tenant's statements and portals stand for, for the statistics: as its requests of this lease
// tell, whatever becomes of them. One worker's thread.
#pragma once

#include <boost/container/flat_map.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/stats/statement_table.h"

namespace howdah::server {

class BoundStatements {
 public:
  using Reference = stats::StatementTable::Reference;

  // A Parse. Empty names are those of the unnamed statement and portal.
  void parse(std::string_view name, const Reference& statement) {
    if (name.empty()) {
      unnamed_ = statement;
    } else if (named_.contains(name) || named_.size() < kMostNames) {
      named_.insert_or_assign(std::string(name), statement);
    }
  }
  // Nothing: it was not parsed in this lease.
  [[nodiscard]] std::optional<Reference> statement(std::string_view name) const {
    if (name.empty()) return unnamed_;
    const auto found = named_.find(name);
    return found == named_.end() ? std::nullopt : std::optional(found->second);
  }

  // A Bind.
  void bind(std::string_view portal, const Reference& statement) {
    if (portal.empty()) {
      unnamed_portal_ = statement;
    } else if (portals_.contains(portal) || portals_.size() < kMostNames) {
      portals_.insert_or_assign(std::string(portal), statement);
    }
  }
  // The unnamed statement to the unnamed portal; false: it was not parsed in this lease.
  [[nodiscard]] bool bind_unnamed() {
    if (unnamed_) unnamed_portal_ = *unnamed_;
    return unnamed_.has_value();
  }
  // Binds the unnamed portal to what this prepared statement was the last time; false: it was another one.
  [[nodiscard]] bool bind_again(std::uint64_t number) {
    if (number != last_number_) return false;
    unnamed_portal_ = last_;
    return true;
  }
  void bind_prepared(std::uint64_t number, const Reference& statement) {
    last_number_ = number;
    last_ = unnamed_portal_ = statement;
  }
  [[nodiscard]] const Reference& unnamed_portal() const { return unnamed_portal_; }
  [[nodiscard]] Reference portal(std::string_view name) const {
    if (name.empty()) return unnamed_portal_;
    const auto found = portals_.find(name);
    return found == portals_.end() ? Reference() : found->second;
  }

  void clear() {
    unnamed_.reset();
    unnamed_portal_ = {};
    last_number_ = 0;
    if (!named_.empty()) named_.clear();
    if (!portals_.empty()) portals_.clear();
  }

 private:
  static constexpr std::size_t kMostNames = 1000;  // of each kind; what is beyond is not counted
  using Names = boost::container::flat_map<std::string, Reference, std::less<>>;

  std::optional<Reference> unnamed_;
  Reference unnamed_portal_;
  std::uint64_t last_number_ = 0;  // of a prepared statement; 0: none
  Reference last_;
  Names named_;
  Names portals_;
};

}  // namespace howdah::server
