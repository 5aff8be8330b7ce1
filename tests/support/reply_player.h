// A server's owed replies, played with the type letters of messages, for tests.
#pragma once

#include <boost/test/unit_test.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/owed_replies.h"

namespace howdah::tests {

inline const std::map<char, protocol::Request> kRequests{
    {'P', protocol::Request::Parse},        {'B', protocol::Request::Bind},    {'D', protocol::Request::Describe},
    {'E', protocol::Request::Execute},      {'C', protocol::Request::Close},   {'H', protocol::Request::Malformed},
    {'c', protocol::Request::CopyEnd},      {'f', protocol::Request::CopyEnd}, {'S', protocol::Request::Sync},
    {'F', protocol::Request::FunctionCall}, {'Q', protocol::Request::Query},
};

// 'H' is a Flush with a body; COPY data and other Flushes are not noted.
class ReplyPlayer {
 public:
  ReplyPlayer& sent(std::string_view types, protocol::Asker asker = protocol::Asker::Client) {
    for (const char type : types) owed.expect(kRequests.at(type), asker);
    return *this;
  }
  ReplyPlayer& sent_own(std::string_view types) { return sent(types, protocol::Asker::Pooler); }

  // Who each reply is for: its letter for the client, '-' for ourselves, '!' for nobody.
  std::string got(std::string_view types) {
    std::string whose;
    for (const char type : types) {
      std::optional<protocol::OwedReplies> plainly;
      if (owed.size() < kMostCopied) plainly = owed;
      const bool is_plain = plainly && plainly->take_plain_reply(type) != protocol::OwedReplies::Step::None;
      const auto verdict = owed.on_reply(type);
      if (is_plain) check_is_same(*plainly, verdict);
      switch (verdict) {
        case protocol::OwedReplies::Verdict::ForClient:
          whose += type;
          break;
        case protocol::OwedReplies::Verdict::LeaveOut:
          whose += '-';
          break;
        case protocol::OwedReplies::Verdict::Unexpected:
          whose += '!';
          break;
      }
    }
    return whose;
  }

  // Plays replies that are all for the client.
  ReplyPlayer& then(std::string_view types) {
    BOOST_TEST(got(types) == types);
    return *this;
  }

  [[nodiscard]] bool is_settled() const { return owed.is_settled(); }

  protocol::OwedReplies owed;

 private:
  static constexpr std::size_t kMostCopied = 100;  // entries: long pipelines would take for ever

  // What is taken plainly is taken as everything else.
  void check_is_same(const protocol::OwedReplies& plainly, protocol::OwedReplies::Verdict verdict) const {
    BOOST_TEST((verdict == protocol::OwedReplies::Verdict::ForClient));
    BOOST_TEST(plainly.size() == owed.size());
    BOOST_TEST(plainly.is_settled() == owed.is_settled());
    // The end of a run is told by the step that is taken plainly.
    auto outcomes = protocol::OwedReplies(owed).take_outcomes();
    outcomes.completed_runs = protocol::OwedReplies(plainly).take_outcomes().completed_runs;
    BOOST_TEST(plainly.has_outcomes() != outcomes.is_empty());
    BOOST_TEST(plainly.is_doubtful() == owed.is_doubtful());
    BOOST_TEST(plainly.ready_count() == owed.ready_count());
  }
};

}  // namespace howdah::tests
