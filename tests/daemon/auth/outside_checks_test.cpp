#include "daemon/auth/outside_checks.h"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <future>
#include <mutex>
#include <vector>

namespace howdah::auth {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Opens each letter at once, on the thread that brings it.
class Postman final : public worker::Mailbox {
 public:
  void post(Letter letter) override { letter(); }
};

// Who waits for an answer.
class Asker {
 public:
  ErrandRunner::Done done() {
    return [this](const Answer& answer) { promise_.set_value(answer); };
  }
  Answer wait() { return promise_.get_future().get(); }

 private:
  std::promise<Answer> promise_;
};

// Work that has begun, and ends when it is told to. Copies are the same work.
class Held {
 public:
  OutsideWork work() {
    return {[state = state_] {
      state->begun.set_value();
      state->may_end.get_future().wait();
      return Answer{.is_right = true};
    }};
  }
  void wait_until_begun() { state_->begun.get_future().wait(); }
  void end() { state_->may_end.set_value(); }

 private:
  struct State {
    std::promise<void> begun;
    std::promise<void> may_end;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

OutsideWork answering(Answer answer) {
  return {[answer] { return answer; }};
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outside_checks)

BOOST_AUTO_TEST_CASE(an_answer_comes_by_letter) {
  Postman postman;
  OutsideChecks checks(2, 10);
  Asker asker;
  BOOST_REQUIRE(checks.ask(answering({.is_right = true, .log_detail = "words"}), postman, asker.done()));
  const auto answer = asker.wait();
  BOOST_TEST(answer.is_right);
  BOOST_TEST(answer.log_detail == "words");
}

BOOST_AUTO_TEST_CASE(what_hangs_holds_one_thread_only) {
  Postman postman;
  OutsideChecks checks(2, 10);
  Held held;
  Asker hanging;
  BOOST_REQUIRE(checks.ask(held.work(), postman, hanging.done()));
  held.wait_until_begun();
  for (int i = 0; i < 5; ++i) {
    Asker asker;
    BOOST_REQUIRE(checks.ask(answering({.is_right = true}), postman, asker.done()));
    BOOST_TEST(asker.wait().is_right);
  }
  held.end();
  BOOST_TEST(hanging.wait().is_right);
}

BOOST_AUTO_TEST_CASE(a_full_queue_takes_no_more) {
  Postman postman;
  OutsideChecks checks(1, 2);
  Held held;
  BOOST_REQUIRE(checks.ask(held.work(), postman, [](const auto&) {}));
  held.wait_until_begun();
  BOOST_TEST(checks.ask(answering({}), postman, [](const auto&) {}));
  BOOST_TEST(checks.ask(answering({}), postman, [](const auto&) {}));
  BOOST_TEST(!checks.ask(answering({}), postman, [](const auto&) {}));
  held.end();
}

BOOST_AUTO_TEST_CASE(a_delay_keeps_nobody_but_who_was_wrong) {
  Postman postman;
  OutsideChecks checks(1, 10);
  Asker wrong;
  const auto begin = Clock::now();
  BOOST_REQUIRE(checks.ask(answering({.delay = milliseconds(200)}), postman, wrong.done()));
  BOOST_REQUIRE(checks.ask(answering({.delay = hours(1)}), postman, [](const auto&) {}));
  Asker right;
  BOOST_REQUIRE(checks.ask(answering({.is_right = true}), postman, right.done()));
  BOOST_TEST(right.wait().is_right);
  BOOST_TEST((Clock::now() - begin < milliseconds(200)));
  BOOST_TEST(!wrong.wait().is_right);
  BOOST_TEST((Clock::now() - begin >= milliseconds(200)));
}

BOOST_AUTO_TEST_CASE(the_end_waits_for_what_is_running) {
  Postman postman;
  std::atomic<bool> has_ended = false;
  Held held;
  {
    OutsideChecks checks(1, 10, hours(1));
    const OutsideWork work{[&, work = held.work()] {
      const auto answer = work.run();
      has_ended = true;
      return answer;
    }};
    BOOST_REQUIRE(checks.ask(work, postman, [](const auto&) {}));
    held.wait_until_begun();
    held.end();
  }
  BOOST_TEST(has_ended);
}

BOOST_AUTO_TEST_CASE(the_end_does_not_wait_for_ever_and_then_nobody_hears) {
  Held held;
  std::promise<void> has_ended;
  {
    Postman postman;
    OutsideChecks checks(1, 10, milliseconds(10));
    const OutsideWork work{[&, work = held.work(), at_end = std::shared_ptr<void>(nullptr, [&](void*) {
                                                     has_ended.set_value();
                                                   })] { return work.run(); }};
    BOOST_REQUIRE(checks.ask(work, postman, [](const auto&) { BOOST_ERROR("heard after the end"); }));
    held.wait_until_begun();
  }
  held.end();
  has_ended.get_future().wait();
}

BOOST_AUTO_TEST_CASE(what_has_not_begun_at_the_end_is_dropped) {
  Postman postman;
  Held held;
  std::atomic<int> count = 0;
  {
    OutsideChecks checks(1, 10, milliseconds(10));
    BOOST_REQUIRE(checks.ask(held.work(), postman, [](const auto&) {}));
    held.wait_until_begun();
    for (int i = 0; i < 5; ++i) {
      const OutsideWork counted{[&count] {
        ++count;
        return Answer();
      }};
      BOOST_REQUIRE(checks.ask(counted, postman, [](const auto&) {}));
    }
  }
  held.end();
  BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
