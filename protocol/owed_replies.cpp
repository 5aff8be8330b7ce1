#include "protocol/owed_replies.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace howdah::protocol {

constexpr std::array<OwedReplies::Effects, OwedReplies::kRequestCount> OwedReplies::make_effects() {
  std::array<Effects, kRequestCount> table{};
  const auto set = [&table](Request request, std::string_view types, Effect effect) {
    for (const char type : types) table[static_cast<std::size_t>(request)][static_cast<std::uint8_t>(type)] = effect;
  };
  set(Request::Parse, "1", Effect::Ends);
  set(Request::Bind, "2", Effect::Ends);
  set(Request::Close, "3", Effect::Ends);
  set(Request::Describe, "t", Effect::GoesOn);
  set(Request::Describe, "Tn", Effect::Ends);
  set(Request::Execute, "DHdc", Effect::GoesOn);
  set(Request::Execute, "CIs", Effect::Ends);
  set(Request::Execute, "G", Effect::BeginsCopyIn);
  set(Request::Query, "TDCIHWdc", Effect::GoesOn);
  set(Request::Query, "G", Effect::BeginsCopyIn);
  set(Request::FunctionCall, "V", Effect::GoesOn);
  return table;
}

constexpr std::array<OwedReplies::Effects, OwedReplies::kRequestCount> OwedReplies::kEffects = make_effects();

Request request_of(char type) {
  switch (type) {
    case 'P':
      return Request::Parse;
    case 'B':
      return Request::Bind;
    case 'D':
      return Request::Describe;
    case 'E':
      return Request::Execute;
    case 'C':
      return Request::Close;
    case 'S':
      return Request::Sync;
    case 'F':
      return Request::FunctionCall;
    case 'H':
      return Request::Malformed;
    case 'Q':
      return Request::Query;
    default:
      return Request::CopyEnd;
  }
}

// In a copy-in or behind an error, or the end of a copy-in.
bool OwedReplies::expect_in_disorder(Request request, Asker asker, bool has_note) {
  if (request == Request::CopyEnd) return expect_copy_end(asker);
  if (is_copy_in_ && is_ignored_in_copy_in(request)) {
    note_ignored(request);
    return false;
  }
  is_copy_in_ = false;  // else the server breaks the connection
  if (request == Request::Sync) is_skipping_ = false;
  if (is_skipping_) {  // the server drops everything up to the Sync
    if (is_doubtful()) doubt_ = Doubt::Requests;
    return false;
  }
  is_unsynced_ = !owes_ready(request);
  push({request, asker, has_note});
  return true;
}

bool OwedReplies::expect_copy_end(Asker asker) {
  if (is_copy_in_) {
    is_copy_in_ = false;
  } else if (!is_empty()) {
    push({Request::CopyEnd, asker});  // the server may not have told us yet that it is in copy-in
  }
  return true;
}

// Whatever take_plain_reply leaves.
OwedReplies::Verdict OwedReplies::on_other_reply(char type) {
  switch (type) {
    case 'N':
    case 'S':
    case 'A':
      return Verdict::ForClient;
    case 'E':
      return on_error();
    case 'Z':
      return on_ready();
    default:
      return is_empty() ? Verdict::Unexpected : on_answer(type);
  }
}

OwedReplies::Verdict OwedReplies::on_answer(char type) {
  const auto effect = effect_at_head(type);
  if (effect == Effect::Unexpected) return Verdict::Unexpected;
  const auto verdict = verdict_at_head();
  if (doubt_ == Doubt::Readies) doubt_ = Doubt::None;  // whatever was in doubt came before this
  doubt_if_copy_fails_ = Doubt::None;
  if (effect == Effect::Ends) {
    end_head();
  } else if (effect == Effect::BeginsCopyIn) {
    on_copy_in();
  }
  return verdict;
}

OwedReplies::Verdict OwedReplies::on_ready() {
  is_copy_in_ = false;
  doubt_if_copy_fails_ = Doubt::None;
  if (is_doubtful() && (is_empty() || entries_[head_].request != Request::Sync)) {
    is_skipping_ = false;  // the Sync inside the copy-in did count
    return Verdict::ForClient;
  }
  if (is_empty() || !owes_ready(entries_[head_].request)) return Verdict::Unexpected;
  note_run(entries_[head_]);
  const auto verdict = verdict_at_head();
  end_head();
  return verdict;
}

OwedReplies::Verdict OwedReplies::on_error() {
  if (is_empty()) return Verdict::ForClient;  // a FATAL out of the blue; the connection ends behind it
  auto& head = entries_[head_];
  // The error may be that of a Sync in doubt, and not the answer to the request at the head.
  if (is_doubtful() && head.request != Request::Sync) doubt_ = Doubt::Requests;
  doubt_ = std::max(doubt_, doubt_if_copy_fails_);
  is_copy_in_ = false;
  doubt_if_copy_fails_ = Doubt::None;
  if (!owes_ready(head.request)) return skip_to_sync();
  note_run(head);
  if (std::exchange(head.has_note, false)) ++outcomes_.failed;
  if (is_client_run(head)) ++outcomes_.failed_runs;
  head.request = Request::Sync;  // as to a Sync: only its ReadyForQuery is still to come
  return verdict_at_head();
}

// An error in a batch is our own only if the whole batch is. It counts as that of the first run that it keeps from
// being run.
OwedReplies::Verdict OwedReplies::skip_to_sync() {
  auto verdict = verdict_at_head();
  if (entries_[head_].has_note) ++outcomes_.failed;
  const auto note_dropped_run = [this] {
    ++(outcomes_.failed_runs == 0 ? outcomes_.failed_runs : outcomes_.dropped_runs);
  };
  if (is_client_run(entries_[head_])) note_dropped_run();
  for (++head_; !is_empty() && entries_[head_].request != Request::Sync; ++head_) {
    count_ready(entries_[head_], false);
    if (entries_[head_].has_note) ++outcomes_.dropped;
    if (is_client_run(entries_[head_])) note_dropped_run();
    if (is_doubtful() && entries_[head_].request != Request::CopyEnd) doubt_ = Doubt::Requests;
  }
  if (!is_next_for_pooler()) verdict = Verdict::ForClient;
  is_skipping_ = is_empty();
  is_unsynced_ = is_unsynced_ && !is_skipping_;
  compact();
  return verdict;
}

// The server now reads messages as COPY data: what was sent behind the request and came before the end of the
// copy has been, or will be, ignored by it.
void OwedReplies::on_copy_in() {
  is_copy_in_ = true;
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(head_) + 1;
  auto next = first;
  for (; next != entries_.end() && is_copy_in_; ++next) {
    is_copy_in_ = is_ignored_in_copy_in(next->request);
    if (!is_copy_in_ && next->request != Request::CopyEnd) break;
    if (is_copy_in_) note_ignored(next->request);
    count_ready(*next, false);
  }
  const bool is_last = std::all_of(next, entries_.end(), [](Entry entry) { return entry.request == Request::CopyEnd; });
  if (is_last) is_unsynced_ = entries_[head_].request == Request::Execute;
  entries_.erase(first, next);
}

// A Flush with a body is answered by an error where it is not ignored, and what follows it is dropped.
void OwedReplies::note_ignored(Request request) {
  doubt_if_copy_fails_ = std::max(doubt_if_copy_fails_, request == Request::Sync ? Doubt::Readies : Doubt::Requests);
}

void OwedReplies::count_ready(const Entry& entry, bool is_owed) {
  if (!owes_ready(entry.request)) return;
  const bool is_clients = entry.asker == Asker::Client;
  if (is_owed) {
    ++ready_count_;
    if (is_clients) ++client_ready_count_;
  } else {
    --ready_count_;
    if (is_clients) --client_ready_count_;
  }
}

void OwedReplies::tidy_up() {
  drop_copy_ends();
  compact();
}

void OwedReplies::drop_copy_ends() {
  while (!is_empty() && entries_[head_].request == Request::CopyEnd) ++head_;
}

void OwedReplies::compact() {
  if (is_empty()) {
    entries_.clear();
    head_ = 0;
    if (entries_.capacity() > kWorthMoving) entries_.shrink_to_fit();
  } else if (head_ > kWorthMoving && head_ > entries_.size() / 2) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

}  // namespace howdah::protocol
