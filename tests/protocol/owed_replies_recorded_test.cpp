// What PostgreSQL answered to random scripts, played to OwedReplies with requests that run ahead of their
// replies by any number of messages, as clients pipeline. (tests/support/reply_scripts.py recorded them.)
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "protocol/owed_replies.h"

namespace howdah::protocol {

namespace {

struct Step {
  std::string request;  // a type letter and a number
  std::string replies;  // type letters
};
using Script = std::vector<Step>;

std::vector<Script> recorded_scripts() {
  std::ifstream file(HOWDAH_SOURCE_DIR "/tests/protocol/recorded_replies.txt");
  std::vector<Script> scripts;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream tokens(line);
    auto& script = scripts.emplace_back();
    for (std::string token; tokens >> token;) {
      const auto colon = token.find(':');
      script.push_back({token.substr(0, colon), token.substr(colon + 1)});
    }
  }
  return scripts;
}

// The way of daemon/client: COPY data and a plain Flush are not noted.
void note(OwedReplies& owed, const std::string& request) {
  if (request == "H0") return owed.note_flush();
  if (request.front() != 'd') owed.expect(request_of(request.front()));
}

bool changes_nothing(char reply) {
  return reply == 'N' || reply == 'S' || reply == 'A';
}

// One connection: the script's requests are sent and its replies received in any order that a network allows.
class Connection {
 public:
  explicit Connection(const Script& script) : script_(script) {}

  [[nodiscard]] bool can_send() const { return sent_ < script_.size(); }
  [[nodiscard]] bool can_receive() const {
    return receiving_ < sent_ && script_[receiving_].replies.size() > received_;
  }
  [[nodiscard]] const OwedReplies& owed() const { return owed_; }

  void send() {
    note(owed_, script_[sent_++].request);
    go_on();
  }

  OwedReplies::Verdict receive() {
    const char reply = script_[receiving_].replies[received_++];
    if (!changes_nothing(reply)) last_reply_ = reply;
    if (reply == 'G') is_batch_copying_ = script_[receiving_].request.front() == 'E';
    const auto verdict = owed_.on_reply(reply);
    go_on();
    return verdict;
  }

  // Whether the server owes nothing and no batch is open. In a script, a ReadyForQuery is the last word then:
  // whatever opens a batch is answered, and what is not answered opens none.
  [[nodiscard]] bool is_truly_settled() const { return receiving_ == sent_ && last_reply_ == 'Z'; }
  [[nodiscard]] bool is_truly_copying() const { return last_reply_ == 'G'; }
  [[nodiscard]] bool is_truly_unsynced() const {
    return !is_truly_settled() && (!is_truly_copying() || is_batch_copying_);
  }
  [[nodiscard]] bool is_all_received() const { return receiving_ == sent_; }

 private:
  void go_on() {
    while (receiving_ < sent_ && script_[receiving_].replies.size() == received_) {
      ++receiving_;
      received_ = 0;
    }
  }

  const Script& script_;
  OwedReplies owed_;
  std::size_t sent_ = 0;
  std::size_t receiving_ = 0;
  std::size_t received_ = 0;
  char last_reply_ = 'Z';
  bool is_batch_copying_ = false;  // the last copy-in belongs to an Execute
};

void check_state(const Connection& connection) {
  const auto& owed = connection.owed();
  if (owed.is_doubtful()) {
    BOOST_TEST(!owed.is_settled());
    return;
  }
  BOOST_TEST(owed.is_settled() == connection.is_truly_settled());
  if (!connection.is_all_received()) return;
  BOOST_TEST(owed.is_copy_in() == connection.is_truly_copying());
  if (!owed.is_copy_in()) BOOST_TEST(owed.size() == 0u);
  BOOST_TEST(owed.is_unsynced() == connection.is_truly_unsynced());
}

// False where a contradiction in doubt would have closed the server.
bool play(const Script& script, double eagerness, std::mt19937& random) {
  Connection connection(script);
  std::bernoulli_distribution is_eager(eagerness);
  while (connection.can_send() || connection.can_receive()) {
    if (!connection.can_receive() || (connection.can_send() && is_eager(random))) {
      connection.send();
    } else {
      const bool was_doubtful = connection.owed().is_doubtful();
      const auto verdict = connection.receive();
      if (was_doubtful && verdict == OwedReplies::Verdict::Unexpected) return false;
      BOOST_REQUIRE(verdict == OwedReplies::Verdict::ForClient);
    }
    check_state(connection);
  }
  return true;
}

std::string text_of(const Script& script) {
  std::string text;
  for (const auto& [request, replies] : script) text += request + ':' + replies + ' ';
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(owed_replies_recorded)

BOOST_AUTO_TEST_CASE(what_postgresql_answers_is_expected_however_far_requests_run_ahead) {
  std::mt19937 random(1);
  const auto scripts = recorded_scripts();
  BOOST_TEST(scripts.size() >= 300u);
  std::size_t plays = 0;
  std::size_t contradictions = 0;
  for (const auto& script : scripts) {
    BOOST_TEST_CONTEXT(text_of(script)) {
      for (const auto eagerness : {0.0, 0.2, 0.5, 0.5, 0.8, 0.95, 1.0}) {
        ++plays;
        contradictions += play(script, eagerness, random) ? 0 : 1;
      }
    }
  }
  BOOST_TEST(contradictions * 10 < plays);  // servers that are closed, though all was in order
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
