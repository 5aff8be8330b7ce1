#include "daemon/pool/statement_cache.h"

namespace howdah::pool {

using protocol::Bytes;
using protocol::Statement;
using protocol::StatementPointer;

StatementPointer StatementCache::intern(std::string_view variant, Bytes definition) {
  std::string joined;
  auto key = definition;
  if (!variant.empty()) {
    joined.append(variant).append(definition);
    key = joined;
  }
  StatementPointer known;  // let go behind the lock, which its end would take
  const std::lock_guard lock(shared_->mutex);
  const auto found = shared_->statements.find(key);
  if (found != shared_->statements.end()) known = found->second.pointer.lock();
  if (known && known->catalog_version() == catalog_version()) return known;
  return Shared::make(shared_, variant, definition, catalog_version());
}

StatementPointer StatementCache::renew(std::string_view variant, Bytes definition) {
  const std::lock_guard lock(shared_->mutex);
  return Shared::make(shared_, variant, definition, catalog_version());
}

// Under the lock. What had the key before keeps its own name, but is not found any more.
StatementPointer StatementCache::Shared::make(const std::shared_ptr<Shared>& shared, std::string_view variant,
                                              Bytes definition, std::uint64_t catalog_version) {
  const auto forget = [shared](const Statement* statement) {
    shared->forget(*statement);
    delete statement;
  };
  const StatementPointer made(new Statement(++shared->last_number, variant, definition, catalog_version), forget);
  shared->statements.erase(made->key());
  shared->statements.emplace(made->key(), Entry{made.get(), made});
  return made;
}

void StatementCache::Shared::forget(const Statement& statement) {
  const std::lock_guard lock(mutex);
  const auto found = statements.find(statement.key());
  if (found != statements.end() && found->second.statement == &statement) statements.erase(found);
}

std::size_t StatementCache::size() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->statements.size();
}

}  // namespace howdah::pool
