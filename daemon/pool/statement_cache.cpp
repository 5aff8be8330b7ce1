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
  known = Shared::find(shared_->statements, key.text());
  return of_present_catalog(known, variant, definition);
}

StatementPointer StatementCache::intern_if_repeated(std::string_view variant, Bytes definition) {
  const Key key(variant, definition);
  StatementPointer known;
  const std::lock_guard lock(shared_->mutex);
  known = Shared::find(shared_->statements, key.text());
  if (!known && !shared_->seen.has_seen(std::hash<std::string_view>()(key.text()))) return nullptr;
  return of_present_catalog(known, variant, definition);
}

// Under the lock.
StatementPointer StatementCache::of_present_catalog(const StatementPointer& known, std::string_view variant,
                                                    Bytes definition) {
  if (known && known->catalog_version() == catalog_version()) return known;
  return Shared::make(shared_, &Shared::statements, variant, definition, catalog_version());
}

StatementPointer StatementCache::renew(std::string_view variant, Bytes definition) {
  const std::lock_guard lock(shared_->mutex);
  return Shared::make(shared_, &Shared::statements, variant, definition, catalog_version());
}

StatementPointer StatementCache::adopt(std::string_view variant, Bytes definition, const protocol::StatementShape& told,
                                       bool is_outdated) {
  const Key key(variant, definition);
  StatementPointer known;
  const std::lock_guard lock(shared_->mutex);
  known = Shared::find(shared_->adopted, key.text());
  const bool is_same = known && known->is_outdated() == is_outdated && known->told().parameters == told.parameters &&
                       known->told().rows == told.rows;
  if (is_same) return known;
  auto made = Shared::make(shared_, &Shared::adopted, variant, definition, kBeforeAll);
  if (told.is_known()) made->note_told(told);
  if (is_outdated) made->note_outdated();
  return made;
}

// Under the lock.
StatementPointer StatementCache::Shared::find(const Entries& entries, std::string_view key) {
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : found->second.pointer.lock();
}

// Under the lock. What had the key before keeps its own name, but is not found any more.
StatementPointer StatementCache::Shared::make(const std::shared_ptr<Shared>& shared, Entries Shared::* entries,
                                              std::string_view variant, Bytes definition,
                                              std::uint64_t catalog_version) {
  const auto forget = [shared](const Statement* statement) {
    shared->forget(*statement);
    delete statement;
  };
  const StatementPointer made(new Statement(++shared->last_number, variant, definition, catalog_version), forget);
  auto& kept = (*shared).*entries;
  kept.erase(made->key());
  kept.emplace(made->key(), Entry{made.get(), made});
  return made;
}

void StatementCache::Shared::forget(const Statement& statement) {
  const std::lock_guard lock(mutex);
  for (auto* entries : {&statements, &adopted}) {
    const auto found = entries->find(statement.key());
    if (found != entries->end() && found->second.statement == &statement) entries->erase(found);
  }
}

std::size_t StatementCache::size() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->statements.size() + shared_->adopted.size();
}

}  // namespace howdah::pool
