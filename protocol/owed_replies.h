// What a server still has to answer, in order: which reply belongs to which request, and when nothing is owed
// any more. Every message that goes to a server is noted here before it is sent, every frame that comes back
// is shown to it. (PostgreSQL documentation: "Message Flow": "Simple Query", "Extended Query", "Pipelining",
// "Function Call", "COPY Operations")
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace howdah::protocol {

enum class Request : std::uint8_t {
  Parse,
  Bind,
  Describe,
  Execute,
  Close,
  Malformed,  // a Flush with a body: answered by an error and nothing else
  CopyEnd,    // CopyDone or CopyFail: ends a copy-in, else is dropped by the server
  Sync,       // this and the following two owe one ReadyForQuery each
  Query,
  FunctionCall,
};

// What a frontend's message of this type asks for. 'H' is taken for a Flush with a body: a plain one asks for nothing.
[[nodiscard]] Request request_of(char type);

// Who wants the answer: the client, or only we ourselves.
enum class Asker : std::uint8_t { Client, Pooler };

// How many requests that were noted elsewhere (see `expect`) have come to their end, in the order of the
// notes; and how many runs, each a Query or an Execute of the client's.
struct NotedOutcomes {
  std::uint32_t completed = 0;
  std::uint32_t failed = 0;   // answered by an error
  std::uint32_t dropped = 0;  // skipped by the server after an error
  std::uint32_t completed_runs = 0;
  std::uint32_t failed_runs = 0;
  std::uint32_t dropped_runs = 0;
  bool has_run_query = false;      // a simple Query was run, well or badly
  bool has_run_own_query = false;  // one of our own was

  [[nodiscard]] bool is_empty() const {
    return (completed | failed | dropped | completed_runs | failed_runs | dropped_runs) == 0 && !has_run_query &&
           !has_run_own_query;
  }
};

class OwedReplies {
 public:
  // Notes a message that is about to be sent.
  // False: the server will skip or ignore it, and nothing is owed for it. With `has_note` its end is counted
  // for whoever keeps notes of requests.
  bool expect(Request request, Asker asker = Asker::Client, bool has_note = false) {
    if (is_copy_in_ || is_skipping_ || request == Request::CopyEnd) return expect_in_disorder(request, asker, has_note);
    is_unsynced_ = !owes_ready(request);
    push({request, asker, has_note});
    return true;
  }

  enum class Verdict {
    ForClient,
    LeaveOut,    // answers a request of our own
    Unexpected,  // answers nothing that was asked: the server cannot be trusted any more
  };
  // Judges the frame that starts with this type byte. Notices, parameters and notifications, which a server
  // may send between any two messages, are for the client and change nothing.
  [[nodiscard]] Verdict on_reply(char type) {
    const bool is_run = !is_empty() && is_client_run(entries_[head_]);
    const auto step = take_plain_reply(type);
    if (step == Step::Ends && is_run) ++outcomes_.completed_runs;
    return step == Step::None ? on_other_reply(type) : Verdict::ForClient;
  }
  // What a usual answer does to the request that it answers.
  enum class Step : std::uint8_t { None, GoesOn, Ends };
  // As on_reply, for one of the usual answers to a request of the client's that nobody keeps a note of; the end of a
  // run is no outcome. None: it is none of these, and nothing was done.
  [[nodiscard]] Step take_plain_reply(char type) {
    if (is_empty()) return Step::None;
    const auto head = entries_[head_];
    if (head.asker != Asker::Client || head.has_note || is_doubtful()) return Step::None;
    const auto effect = effect_at_head(type);
    if (effect != Effect::Ends && effect != Effect::GoesOn) return Step::None;
    doubt_if_copy_fails_ = Doubt::None;
    if (effect == Effect::GoesOn) return Step::GoesOn;
    pop_front();
    return Step::Ends;
  }

  // Nothing is owed, nothing in doubt, and no batch is open: no Sync is missing behind what was sent.
  [[nodiscard]] bool is_settled() const {
    return is_empty() && !is_unsynced_ && !is_skipping_ && !is_copy_in_ && !is_doubtful();
  }
  [[nodiscard]] bool is_empty() const { return head_ == entries_.size(); }
  // The server reads CopyData now.
  [[nodiscard]] bool is_copy_in() const { return is_copy_in_; }
  // Messages of the extended protocol went out (or are being skipped after an error) and their Sync did not.
  [[nodiscard]] bool is_unsynced() const { return is_unsynced_ || is_skipping_; }
  // In the middle of a batch that the server takes in order: what comes next is one more request of it.
  [[nodiscard]] bool is_in_batch() const { return is_unsynced_ && !is_skipping_ && !is_copy_in_; }
  // The server has failed the batch under way and skips what comes up to its Sync.
  [[nodiscard]] bool is_skipping() const { return is_skipping_; }
  // A copy-in failed, and we cannot know whether the server met a Sync before that and ignored it, or
  // afterwards and still owes its ReadyForQuery. Close rather than reuse. An answer without error to the next
  // request ends the doubt, unless requests were sent that the server drops in the one case and answers in
  // the other.
  [[nodiscard]] bool is_doubtful() const { return doubt_ != Doubt::None; }

  [[nodiscard]] std::size_t size() const { return entries_.size() - head_; }
  // How many ReadyForQuery are owed; each is sent as soon as the server gets there, so that waiting for one
  // ends.
  [[nodiscard]] std::size_t ready_count() const { return ready_count_; }
  // The same, of those that the client asked for.
  [[nodiscard]] std::size_t client_ready_count() const { return client_ready_count_; }
  // Entries noted since the last one that makes the server send what it has.
  [[nodiscard]] std::size_t unflushed_count() const { return unflushed_count_; }
  void note_flush() { unflushed_count_ = 0; }

  // The batch that the next message belongs to: those up to a Sync, a Query or a FunctionCall have one
  // number.
  [[nodiscard]] std::uint64_t batch() const { return batch_; }
  // The ends of noted requests, and of queries, since the last call.
  [[nodiscard]] NotedOutcomes take_outcomes() { return std::exchange(outcomes_, {}); }
  [[nodiscard]] bool has_outcomes() const { return !outcomes_.is_empty(); }

  // Whether the reply that comes next is one to a request that was noted elsewhere.
  [[nodiscard]] bool is_next_noted() const { return !is_empty() && entries_[head_].has_note; }
  // Whether the reply that comes next is for ourselves.
  [[nodiscard]] bool is_next_for_pooler() const { return !is_empty() && entries_[head_].asker == Asker::Pooler; }

 private:
  struct alignas(std::uint32_t) Entry {  // a power of two: they are counted all the time
    Request request;
    Asker asker;
    bool has_note = false;
  };

  // What a reply does to the request at the head.
  enum class Effect : std::uint8_t { Unexpected, GoesOn, Ends, BeginsCopyIn };
  using Effects = std::array<Effect, 256>;
  static constexpr std::size_t kRequestCount = static_cast<std::size_t>(Request::FunctionCall) + 1;
  static constexpr std::size_t kWorthMoving = 1024;  // entries
  static const std::array<Effects, kRequestCount> kEffects;
  static constexpr std::array<Effects, kRequestCount> make_effects();

  static bool owes_ready(Request request) { return request >= Request::Sync; }
  static bool is_ignored_in_copy_in(Request request) {
    return request == Request::Sync || request == Request::Malformed;
  }
  [[nodiscard]] Effect effect_at_head(char type) const {
    return kEffects[static_cast<std::size_t>(entries_[head_].request)][static_cast<std::uint8_t>(type)];
  }
  [[nodiscard]] Verdict verdict_at_head() const {
    return is_next_for_pooler() ? Verdict::LeaveOut : Verdict::ForClient;
  }
  // What may be owed beside the entries: ReadyForQuery only, or the replies to any requests.
  enum class Doubt : std::uint8_t { None, Readies, Requests };

  bool expect_in_disorder(Request request, Asker asker, bool has_note);
  bool expect_copy_end(Asker asker);
  Verdict on_other_reply(char type);
  Verdict on_answer(char type);
  Verdict on_ready();
  Verdict on_error();
  Verdict skip_to_sync();
  void on_copy_in();
  void note_ignored(Request request);
  [[nodiscard]] static bool is_client_run(const Entry& entry) {
    return entry.asker == Asker::Client && (entry.request == Request::Query || entry.request == Request::Execute);
  }
  void note_run(const Entry& entry) {
    if (entry.request == Request::Query) {
      (entry.asker == Asker::Client ? outcomes_.has_run_query : outcomes_.has_run_own_query) = true;
    }
  }
  void count_ready(const Entry& entry, bool is_owed);
  void push(Entry entry) {
    entries_.push_back(entry);
    if (owes_ready(entry.request)) {
      count_ready(entry, true);
      ++batch_;
      unflushed_count_ = 0;
    } else {
      ++unflushed_count_;
    }
  }
  void end_head() {
    if (entries_[head_].has_note) ++outcomes_.completed;
    if (is_client_run(entries_[head_])) ++outcomes_.completed_runs;
    pop();
  }
  void pop() {
    if (owes_ready(entries_[head_].request)) count_ready(entries_[head_], false);
    pop_front();
  }
  void pop_front() {
    ++head_;
    if (is_empty() || entries_[head_].request == Request::CopyEnd || head_ > kWorthMoving) tidy_up();
  }
  void tidy_up();
  void drop_copy_ends();
  void compact();

  std::vector<Entry> entries_;  // those before head_ are done with
  std::size_t head_ = 0;
  std::size_t ready_count_ = 0;
  std::size_t client_ready_count_ = 0;
  std::size_t unflushed_count_ = 0;
  std::uint64_t batch_ = 0;
  NotedOutcomes outcomes_;
  bool is_unsynced_ = false;
  bool is_skipping_ = false;  // after an error, up to a Sync that has not been sent yet
  bool is_copy_in_ = false;
  Doubt doubt_if_copy_fails_ = Doubt::None;  // from what it ignores, if it did read it inside the copy-in
  Doubt doubt_ = Doubt::None;
};

}  // namespace howdah::protocol
