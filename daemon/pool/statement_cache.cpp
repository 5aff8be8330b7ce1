#include "daemon/pool/statement_cache.h"

namespace howdah::pool {

using protocol::Bytes;
using protocol::Statement;
using protocol::StatementPointer;

namespace {

// Of a statement that may not be there yet: see Statement::key. Copies only what has a variant.
class Key {
 public:
  Key(std::string_view variant, Bytes definition) : definition_(definition) {
    if (!variant.empty()) joined_.append(variant).append(definition);
  }
  [[nodiscard]] std::string_view text() const { return joined_.empty() ? definition_ : joined_; }

 private:
  std::string joined_;
  Bytes definition_;
};

}  // namespace

StatementPointer StatementCache::intern(std::string_view variant, Bytes definition) {
  const Key key(variant, definition);
  StatementPointer known;  // let go behind the lock, which its end would take
  const std::lock_guard lock(shared_->mutex);
  known = shared_->find(key.text());
  return of_present_catalog(known, variant, definition);
}

StatementPointer StatementCache::intern_if_repeated(std::string_view variant, Bytes definition) {
  const Key key(variant, definition);
  StatementPointer known;
  const std::lock_guard lock(shared_->mutex);
  known = shared_->find(key.text());
  if (!known && !shared_->seen.has_seen(std::hash<std::string_view>()(key.text()))) return nullptr;
  return of_present_catalog(known, variant, definition);
}

// Under the lock.
StatementPointer StatementCache::of_present_catalog(const StatementPointer& known, std::string_view variant,
                                                    Bytes definition) {
  if (known && known->catalog_version() == catalog_version()) return known;
  return Shared::make(shared_, variant, definition, catalog_version());
}

StatementPointer StatementCache::renew(std::string_view variant, Bytes definition) {
  const std::lock_guard lock(shared_->mutex);
  return Shared::make(shared_, variant, definition, catalog_version());
}

// Under the lock.
StatementPointer StatementCache::Shared::find(std::string_view key) const {
  const auto found = statements.find(key);
  return found == statements.end() ? nullptr : found->second.pointer.lock();
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
