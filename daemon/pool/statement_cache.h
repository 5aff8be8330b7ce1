// The texts of prepared statements, each kept once for all clients and servers of a pool. A statement's name on servers
// is made up here and never given to another text. Who needs a statement holds a pointer to it; the last one frees it.
// Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "daemon/pool/seen_texts.h"
#include "protocol/statement.h"

namespace howdah::pool {

class StatementCache {
 public:
  StatementCache() : shared_(std::make_shared<Shared>()) {}
  StatementCache(const StatementCache&) = delete;
  StatementCache& operator=(const StatementCache&) = delete;

  // The statement of this definition, made when nobody holds one of the present catalog. `variant` tells apart what
  // PostgreSQL would plan otherwise though the text is the same: a search_path, a role.
  [[nodiscard]] protocol::StatementPointer intern(std::string_view variant, protocol::Bytes definition);

  // The same for one that is asked for by this function at least the second time, as far as that is remembered, or
  // that somebody holds. Else nothing.
  [[nodiscard]] protocol::StatementPointer intern_if_repeated(std::string_view variant, protocol::Bytes definition);

  // A new statement of this definition, with a name of its own on servers; `intern` gives it from now on. The
  // old one stays what it is for those who hold it.
  [[nodiscard]] protocol::StatementPointer renew(std::string_view variant, protocol::Bytes definition);

  // One that a client of another process has prepared, of a catalog from before all that is seen here: servers that
  // lack it are asked whether it still is what `told` says. All that are alike are one. No other function gives it.
  [[nodiscard]] protocol::StatementPointer adopt(std::string_view variant, protocol::Bytes definition,
                                                 const protocol::StatementShape& told, bool is_outdated);

  // How many statements are held by somebody, but for those that were renewed.
  [[nodiscard]] std::size_t size() const;

  // Counts up when a command changed the catalog: a text that was parsed before may mean something else now.
  [[nodiscard]] std::uint64_t catalog_version() const { return catalog_version_.load(std::memory_order_relaxed); }
  void note_catalog_change() { catalog_version_.fetch_add(1, std::memory_order_relaxed); }

  // Counts up when a server showed that the catalog had changed under a statement, whoever did that: what servers have
  // prepared up to then is to be dropped.
  [[nodiscard]] std::uint64_t stale_version() const { return stale_version_.load(std::memory_order_relaxed); }
  void note_stale() {
    note_catalog_change();
    stale_version_.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  [[nodiscard]] protocol::StatementPointer of_present_catalog(const protocol::StatementPointer& known,
                                                              std::string_view variant, protocol::Bytes definition);

  struct Entry {
    const protocol::Statement* statement;
    std::weak_ptr<const protocol::Statement> pointer;
  };
  using Entries = std::unordered_map<std::string_view, Entry>;
  // Outlives the cache while statements do: their ends are noted in it. Each key lies in its own statement.
  struct Shared {
    void forget(const protocol::Statement& statement);
    [[nodiscard]] static protocol::StatementPointer find(const Entries& entries, std::string_view key);
    [[nodiscard]] static protocol::StatementPointer make(const std::shared_ptr<Shared>& shared,
                                                         Entries Shared::* entries, std::string_view variant,
                                                         protocol::Bytes definition, std::uint64_t catalog_version);

    std::mutex mutex;
    Entries statements;             // under mutex
    Entries adopted;                // under mutex
    std::uint64_t last_number = 0;  // under mutex
    SeenTexts seen;                 // under mutex
  };

  std::shared_ptr<Shared> shared_;
  static constexpr std::uint64_t kBeforeAll = 0;
  std::atomic<std::uint64_t> catalog_version_ = kBeforeAll + 1;
  std::atomic<std::uint64_t> stale_version_ = 0;
};

}  // namespace howdah::pool
