#include "protocol/statement_names.h"

#include <algorithm>

namespace howdah::protocol {

StatementPointer StatementNames::find(std::string_view name) const {
  const auto* entry = find_entry(name);
  return entry == nullptr ? nullptr : *entry;
}

const StatementPointer* StatementNames::find_entry(std::string_view name) const {
  if (last_found_ == nullptr || last_found_->first != name) {
    const auto found = statements_.find(name);
    if (found == statements_.end()) return nullptr;
    last_found_ = &*found;
  }
  return &last_found_->second;
}

std::string_view StatementNames::name_of(std::string_view server_name) const {
  const auto found = std::ranges::find_if(
      statements_, [server_name](const auto& entry) { return entry.second->server_name() == server_name; });
  return found == statements_.end() ? std::string_view() : std::string_view(found->first);
}

void StatementNames::add(std::string_view name, StatementPointer statement) {
  if (statements_.empty()) statements_.reserve(1);  // else there were room for more at once than most clients have
  statements_.insert_or_assign(std::string(name), std::move(statement));
}

void StatementNames::remove(std::string_view name) {
  const auto found = statements_.find(name);
  if (found == statements_.end()) return;
  last_found_ = nullptr;
  statements_.erase(found);
}

void StatementNames::clear() {
  last_found_ = nullptr;
  statements_.clear();
}

}  // namespace howdah::protocol
