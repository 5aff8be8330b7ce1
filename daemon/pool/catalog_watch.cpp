#include "daemon/pool/catalog_watch.h"

#include <utility>

namespace howdah::pool {

using protocol::TellingNames;

namespace {

constexpr auto kRetryAfter = std::chrono::seconds(1);
constexpr int kRests = 3;  // for each reading, as long as that took
constexpr std::size_t kMostNewSettings = 1000;
constexpr std::size_t kMostLearned = 1000;

// Where nothing is known of a database: what calls nextval by itself or by what it writes to.
TellingNames::Map usual_users_of_sequences() {
  TellingNames::Map names;
  for (const auto* word : {"nextval", "setval", "insert", "copy", "merge", "update"}) {
    names[word].always.kinds.add(protocol::StateKind::SequenceValue);
  }
  return names;
}

}  // namespace

CatalogWatch::CatalogWatch(const config::StateSettings& settings)
    : due_at_(settings.read_catalog ? kNow : kNever),
      ignores_sequences_(settings.sequence_values == config::SequencePolicy::Ignore),
      reads_sequences_(settings.sequence_values == config::SequencePolicy::Pin),
      refresh_(settings.catalog_refresh),
      reads_catalog_(settings.read_catalog) {
  if (reads_sequences()) publish();
}

// Who has asked for the values of sequences is told them on.
void CatalogWatch::adopt(const config::StateSettings& settings) {
  const std::lock_guard lock(mutex_);
  ignores_sequences_ = settings.sequence_values == config::SequencePolicy::Ignore;
  const bool has_new_reader =
      settings.sequence_values == config::SequencePolicy::Pin && !reads_sequences_.exchange(true);
  const bool is_switched = std::exchange(reads_catalog_, settings.read_catalog) != settings.read_catalog;
  if (is_switched) forget_catalog();
  if (has_new_reader || is_switched) publish();
  if (std::exchange(refresh_, settings.catalog_refresh) == settings.catalog_refresh) return;
  refresh_at_ = refresh_.count() == 0 ? kNever : kNow;
  schedule();
}

void CatalogWatch::forget_catalog() {
  telling_ = {};
  has_read_ = is_known_ = false;
  digest_.reset();
  due_at_ = reads_catalog_ && readings_ == 0 ? kNow : kNever;
}

bool CatalogWatch::note_sequence_reader() {
  if (ignores_sequences_) return false;
  if (reads_sequences()) return true;
  const std::lock_guard lock(mutex_);
  if (!reads_sequences_.exchange(true)) publish();
  return true;
}

CatalogWatch::Names CatalogWatch::names() const {
  const std::lock_guard lock(mutex_);
  return names_;
}

void CatalogWatch::begin_change(std::string_view text) {
  auto settings = protocol::read_setting_names(text);
  const std::lock_guard lock(mutex_);
  ++open_changes_;
  if (new_settings_.custom.size() < kMostNewSettings) new_settings_.custom.merge(settings.custom);
  note_change();
}

void CatalogWatch::end_change() {
  const std::lock_guard lock(mutex_);
  --open_changes_;
  ++changes_;
  note_change();
  schedule();
}

void CatalogWatch::note_change() {
  is_uncertain_ = open_changes_ > 0 || is_outdated();
  if (!is_uncertain_) new_settings_.clear();
}

protocol::SettingNames CatalogWatch::settings() const {
  const std::lock_guard lock(mutex_);
  auto settings = new_settings_;
  if (names_) settings.add(names_->settings());
  return settings;
}

// While nothing is known each new server reads by itself.
std::optional<CatalogWatch::Reading> CatalogWatch::begin_reading(worker::TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (!is_due(now)) return std::nullopt;
  ++readings_;
  schedule();
  return Reading{.changes = changes_, .digest = digest_, .begun_at = now};
}

void CatalogWatch::end_reading(const Reading& reading, std::optional<protocol::CatalogReading::Telling> found,
                               std::uint64_t digest, worker::TimePoint now) {
  const std::lock_guard lock(mutex_);
  --readings_;
  if (!reads_catalog_) return;
  if (found) {
    digest_ = digest;
    telling_ = *std::move(found);
    has_read_ = true;
    if (telling_.reads_sequences && !ignores_sequences_) reads_sequences_ = true;
    publish();
  }
  is_known_ = true;
  read_changes_ = std::max(read_changes_, reading.changes);
  note_change();
  after_change_ = (now + kRests * (now - reading.begun_at)).time_since_epoch().count();
  refresh_at_ = refresh_.count() == 0 ? kNever : (now + refresh_).time_since_epoch().count();
  schedule();
}

// Without any list nothing can be told from a text.
void CatalogWatch::fail_reading(worker::TimePoint now) {
  const std::lock_guard lock(mutex_);
  --readings_;
  if (!reads_catalog_) return;
  if (!std::exchange(is_known_, true)) {
    telling_.is_everything = true;
    publish();
  }
  after_change_ = refresh_at_ = (now + kRetryAfter).time_since_epoch().count();
  schedule();
}

void CatalogWatch::schedule() {
  if (!is_known_) return;
  const auto next = is_outdated() ? after_change_ : refresh_at_;
  due_at_ = readings_ > 0 ? kNever : next;
}

void CatalogWatch::learn(const std::set<std::string>& names) {
  const std::lock_guard lock(mutex_);
  const auto count = learned_.size();
  for (const auto& name : names) {
    if (learned_.size() < kMostLearned) learned_[name].always.kinds.add(protocol::StateKind::CodeBlock);
  }
  if (learned_.size() > count) publish();
}

void CatalogWatch::publish() {
  const bool with_sequences = reads_sequences();
  auto names = has_read_ ? (with_sequences ? telling_.names_with_sequences : telling_.names) : TellingNames::Map();
  if (!has_read_ && with_sequences) names = usual_users_of_sequences();
  for (const auto& [name, traces] : learned_) (void)names[name].always.add(traces.always);
  const bool is_nothing = names.empty() && !telling_.is_everything;
  names_ = is_nothing
               ? nullptr
               : std::make_shared<const TellingNames>(names, version_ + 1, telling_.is_everything, with_sequences);
  ++version_;
}

}  // namespace howdah::pool
