// Which names of a database tell that something may be left, and whether that still holds: when they are to be
// read, anew or for the first time, and from when on nobody can rely on them, since somebody changes what they mean. A
// new server serves nobody before they have been read once. One for all pools of a database entry. Any thread.
#pragma once

#include <atomic>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "config/settings.h"
#include "daemon/worker/agenda.h"
#include "protocol/catalog_reading.h"
#include "protocol/telling_names.h"

namespace howdah::pool {

class CatalogWatch {
 public:
  using Names = std::shared_ptr<const protocol::TellingNames>;

  explicit CatalogWatch(const config::StateSettings& settings);
  // These hold from now on. Without a catalog nothing is known any more, but for what was learnt otherwise.
  void adopt(const config::StateSettings& settings);

  // Null: none tells anything. Counts up with each other list.
  [[nodiscard]] Names names() const;
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

  // A change is under way, or has come after what was read last: whatever runs may leave something.
  [[nodiscard]] bool is_uncertain() const { return is_uncertain_.load(std::memory_order_acquire); }
  // Before a command goes out that may change what names mean, and once its transaction is over. `text`: the command,
  // or its beginning.
  void begin_change(std::string_view text);
  void end_change();
  // Custom settings that may be made while it is uncertain which names tell something, and by those that are known.
  // What is put together is not in it.
  [[nodiscard]] protocol::SettingNames settings() const;

  // Somebody reads lastval or currval: what may call nextval is among the names from then on.
  [[nodiscard]] bool reads_sequences() const { return reads_sequences_.load(std::memory_order_acquire); }
  // A text does. False: nobody cares.
  bool note_sequence_reader();

  // One is to begin on the next free server. One at a time, and with pauses as long as make it a quarter of one
  // server's time, however many changes there are.
  [[nodiscard]] bool is_due(worker::TimePoint now) const {
    return now.time_since_epoch().count() >= due_at_.load(std::memory_order_relaxed);
  }
  struct Reading {
    std::uint64_t changes = 0;                 // of those that it sees
    std::optional<std::uint64_t> digest = {};  // of what is known
    worker::TimePoint begun_at = {};
  };
  // Nothing where somebody else has begun it.
  [[nodiscard]] std::optional<Reading> begin_reading(worker::TimePoint now);
  // It has found this; nothing: what was known already.
  void end_reading(const Reading& reading, std::optional<protocol::CatalogReading::Telling> found, std::uint64_t digest,
                   worker::TimePoint now);
  // Behind these names, as TellingNames looks for them, something was found: whatever is in the catalog, they tell.
  void learn(const std::set<std::string>& names);
  // It is to be tried again soon.
  void fail_reading(worker::TimePoint now);

 private:
  using Ticks = worker::TimePoint::rep;
  static constexpr Ticks kNow = std::numeric_limits<Ticks>::min();
  static constexpr Ticks kNever = std::numeric_limits<Ticks>::max();

  void forget_catalog();  // under the lock, as the next three
  void note_change();
  void schedule();
  void publish();
  [[nodiscard]] bool is_outdated() const { return read_changes_ < changes_; }

  std::atomic<Ticks> due_at_;
  std::atomic<std::uint64_t> version_ = 0;
  std::atomic<bool> is_uncertain_ = false;
  std::atomic<bool> ignores_sequences_;
  std::atomic<bool> reads_sequences_;

  mutable std::mutex mutex_;  // guards what follows
  config::Milliseconds refresh_;
  bool reads_catalog_;
  Names names_;
  protocol::CatalogReading::Telling telling_;
  bool has_read_ = false;
  protocol::TellingNames::Map learned_;  // besides
  std::optional<std::uint64_t> digest_;
  bool is_known_ = false;
  std::size_t readings_ = 0;   // under way
  Ticks after_change_ = kNow;  // not before this
  Ticks refresh_at_ = kNever;
  std::size_t open_changes_ = 0;
  std::uint64_t changes_ = 0;
  std::uint64_t read_changes_ = 0;
  protocol::SettingNames new_settings_;  // of what may have changed since
};

}  // namespace howdah::pool
