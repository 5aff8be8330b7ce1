#include "protocol/owed_replies.h"

#include <algorithm>

namespace howdah::protocol {

namespace {

bool owes_ready(Request request) {
  return request >= Request::Sync;
}

}  // namespace

void OwedReplies::expect(Request request, Asker asker) {
  if (request == Request::CopyEnd) {
    if (is_copy_in_) {
      is_copy_in_ = false;
    } else if (!is_empty()) {
      push({request, asker});  // the server may not have told us yet that it is in copy-in
    }
    return;
  }
  if (request == Request::Sync) {
    if (is_copy_in_) {  // a server in copy-in ignores it
      has_sync_in_copy_ = true;
      return;
    }
    is_skipping_ = false;
  }
  if (is_skipping_) return;  // the server drops everything up to the Sync
  is_unsynced_ = !owes_ready(request);
  push({request, asker});
}

OwedReplies::Verdict OwedReplies::on_reply(char type) {
  const auto head = is_empty() ? Request::CopyEnd : entries_[head_].request;
  const auto verdict = is_next_for_pooler() ? Verdict::LeaveOut : Verdict::ForClient;
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
      break;
  }
  if (is_empty()) return Verdict::Unexpected;
  if (head == Request::Query) {
    if (type == 'G') on_copy_in();
    return verdict;
  }
  switch (type) {
    case '1':
      return pop_if(head == Request::Parse);
    case '2':
      return pop_if(head == Request::Bind);
    case '3':
      return pop_if(head == Request::Close);
    case 't':
      return head == Request::Describe ? verdict : Verdict::Unexpected;
    case 'T':
    case 'n':
      return pop_if(head == Request::Describe);
    case 'C':
    case 'I':
    case 's':
      return pop_if(head == Request::Execute);
    case 'G':
      if (head != Request::Execute) return Verdict::Unexpected;
      on_copy_in();
      return verdict;
    case 'D':
    case 'H':
    case 'd':
    case 'c':
      return head == Request::Execute ? verdict : Verdict::Unexpected;
    case 'V':
      return head == Request::FunctionCall ? verdict : Verdict::Unexpected;
    default:
      return Verdict::Unexpected;
  }
}

OwedReplies::Verdict OwedReplies::pop_if(bool is_answer) {
  if (!is_answer) return Verdict::Unexpected;
  const auto verdict = is_next_for_pooler() ? Verdict::LeaveOut : Verdict::ForClient;
  pop();
  return verdict;
}

OwedReplies::Verdict OwedReplies::on_ready() {
  if (is_doubtful_ && (is_empty() || !owes_ready(entries_[head_].request))) {
    is_skipping_ = false;  // the Sync inside the copy-in did count
    return Verdict::ForClient;
  }
  if (is_empty()) return Verdict::Unexpected;
  is_copy_in_ = false;
  return pop_if(owes_ready(entries_[head_].request));
}

OwedReplies::Verdict OwedReplies::on_error() {
  if (is_empty()) return Verdict::ForClient;  // a FATAL out of the blue; the connection ends behind it
  const auto verdict = is_next_for_pooler() ? Verdict::LeaveOut : Verdict::ForClient;
  if (is_copy_in_ && has_sync_in_copy_) is_doubtful_ = true;
  is_copy_in_ = false;
  has_sync_in_copy_ = false;
  if (owes_ready(entries_[head_].request)) return verdict;  // its ReadyForQuery still comes
  while (!is_empty() && entries_[head_].request != Request::Sync) {
    if (owes_ready(entries_[head_].request)) --ready_count_;
    ++head_;
  }
  is_skipping_ = is_empty();
  is_unsynced_ = is_unsynced_ && !is_skipping_;
  compact();
  return verdict;
}

// The server now reads messages as COPY data: what was sent behind the request and came before the end of the copy has
// been, or will be, ignored by it.
void OwedReplies::on_copy_in() {
  is_copy_in_ = true;
  has_sync_in_copy_ = false;
  auto next = entries_.begin() + static_cast<std::ptrdiff_t>(head_) + 1;
  while (next != entries_.end() && is_copy_in_) {
    if (next->request == Request::Sync) {
      --ready_count_;
    } else if (next->request == Request::CopyEnd) {
      is_copy_in_ = false;
    } else {
      break;  // the server will break the connection over it
    }
    next = entries_.erase(next);
  }
  if (next == entries_.end() && entries_[head_].request == Request::Execute) is_unsynced_ = true;
}

void OwedReplies::push(Entry entry) {
  entries_.push_back(entry);
  if (owes_ready(entry.request)) {
    ++ready_count_;
    unflushed_count_ = 0;
  } else {
    ++unflushed_count_;
  }
}

void OwedReplies::pop() {
  if (owes_ready(entries_[head_].request)) --ready_count_;
  ++head_;
  drop_copy_ends();
  compact();
}

void OwedReplies::drop_copy_ends() {
  while (!is_empty() && entries_[head_].request == Request::CopyEnd) ++head_;
}

void OwedReplies::compact() {
  constexpr std::size_t kWorthMoving = 1024;
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
