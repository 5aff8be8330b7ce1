// A client's requests and a PostgreSQL's answers to them, in any order that a network allows: every reply is
// expected, and the server counts as settled when it is, not before.
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "protocol/owed_replies.h"
#include "tests/fuzz/promise.h"
#include "tests/support/model_backend.h"

namespace howdah::fuzz {

namespace {

using protocol::OwedReplies;
using protocol::Request;

constexpr std::string_view kTypes = "PBDECSQFcfdHsSEQ";

// COPY data is not noted; 's' is a Sync too, so that there are more of them.
void note(OwedReplies& owed, char type) {
  if (type != 'd') owed.expect(protocol::request_of(type == 's' ? 'S' : type));
}

class Conversation {
 public:
  // One request goes out and reaches the server; its replies are on the way.
  void send(std::uint8_t type, std::uint8_t outcome) {
    const char letter = kTypes[type % kTypes.size()];
    note(owed_, letter);
    on_the_way_ += backend_.take(letter, outcome);
    check();
  }

  // False where doubt ended in a contradiction, for which the server is closed.
  bool receive() {
    if (on_the_way_.empty()) return true;
    const bool was_doubtful = owed_.is_doubtful();
    auto plainly = owed_;
    const bool is_plain = plainly.take_plain_reply(on_the_way_.front()) != OwedReplies::Step::None;
    const auto verdict = owed_.on_reply(on_the_way_.front());
    if (is_plain) {
      promise(verdict == OwedReplies::Verdict::ForClient && plainly.size() == owed_.size() &&
                  plainly.is_settled() == owed_.is_settled() && plainly.is_doubtful() == owed_.is_doubtful(),
              "what is taken plainly is taken as everything else");
      owed_ = std::move(plainly);
    }
    on_the_way_.erase(0, 1);
    if (verdict == OwedReplies::Verdict::Unexpected) {
      promise(was_doubtful || backend_.is_gone(), "PostgreSQL's replies are expected");
      return false;
    }
    promise(verdict == OwedReplies::Verdict::ForClient, "the client's replies are for the client");
    check();
    return true;
  }

  [[nodiscard]] bool is_over() const { return backend_.is_gone(); }

 private:
  void check() const {
    if (backend_.is_gone()) return;
    const bool is_settled = on_the_way_.empty() && backend_.is_settled();
    promise(is_settled || !owed_.is_settled(), "a server that is not settled does not count as settled");
    promise(owed_.is_doubtful() || !is_settled || owed_.is_settled(), "a settled server counts as settled");
    promise(owed_.ready_count() <= owed_.size(), "no more ready than requests");
  }

  OwedReplies owed_;
  tests::ModelBackend backend_;
  std::string on_the_way_;
};

}  // namespace

}  // namespace howdah::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah::fuzz;
  Conversation conversation;
  bool goes_on = true;
  // Pairs of bytes: a request and its outcome, or so many replies.
  for (std::size_t i = 0; i + 1 < size && goes_on && !conversation.is_over(); i += 2) {
    if (data[i] < 192) {
      conversation.send(data[i], data[i + 1]);
    } else {
      for (int count = 1 + data[i + 1] % 8; count > 0 && goes_on; --count) goes_on = conversation.receive();
    }
  }
  return 0;
}
