#include "daemon/auth/backend_trials.h"

#include <boost/test/unit_test.hpp>
#include <utility>

#include "protocol/sqlstate.h"
#include "tests/support/play/scripted_logins.h"
#include "tests/support/play/seeded_random.h"

namespace howdah::auth {

namespace {

using namespace std::chrono_literals;

struct Trials {
  explicit Trials(const std::string& backend = "host=a", config::Milliseconds cache = 60s) {
    config::Settings given;
    given.databases["other"] = {.name = "other", .backend = "host=b"};
    given.databases["shop"] = {.name = "shop", .backend = backend, .backend_auth_cache = cache};
    trials = std::make_unique<BackendTrials>(
        BackendTrials::Environment{.settings = std::make_shared<const config::Settings>(given),
                                   .agenda = loop.agenda(),
                                   .mailbox = loop,
                                   .connector = backends,
                                   .hash = [this](const auto& work) { return take_hash(work); },
                                   .remembered = remembered,
                                   .random = random,
                                   .log = log});
  }

  bool take_hash(const std::function<void()>& work) {
    ++hashes;
    work();
    return true;
  }
  // Whether it was taken on.
  bool log_in(const std::string& password, const std::string& user = "ann", const std::string& database = "shop") {
    bool is_taken = false;
    loop.turn([&] {
      is_taken = trials->run({.database = database, .user = user, .password = protocol::SecretText(password)},
                             [this](const Answer& given) { answers.push_back(given); });
    });
    return is_taken;
  }
  [[nodiscard]] std::string last() const {
    if (answers.empty()) return "none";
    const auto& answer = answers.back();
    return answer.error ? answer.error->sqlstate : (answer.is_right ? "right" : "wrong");
  }
  std::string after_success(const std::string& password) {
    log_in(password);
    backends.succeed(loop);
    return last();
  }

  tests::ManualLoop loop;
  tests::ScriptedLogins backends;
  tests::SeededRandom random;
  std::vector<std::string> lines;
  os::Log log{config::LogLevel::Debug, config::LogFormat::Text,
              [this](std::string_view line) { lines.emplace_back(line); }};
  RememberedPasswords remembered;
  std::vector<Answer> answers;
  std::size_t hashes = 0;
  std::unique_ptr<BackendTrials> trials;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(backend_trials)

BOOST_AUTO_TEST_CASE(the_backend_is_asked_as_the_client) {
  Trials trials("host=a user=pool password=other");
  trials.log_in("secret");
  const auto& target = trials.backends.begun.at(0).target;
  BOOST_TEST(target.user == "ann");
  BOOST_TEST(target.database == "shop");
  BOOST_TEST(target.is_overriding);
  BOOST_TEST(trials.backends.last_password() == "secret");
  BOOST_TEST(trials.last() == "none");
}

BOOST_AUTO_TEST_CASE(its_judgement_is_the_answer) {
  Trials trials;
  BOOST_TEST(trials.after_success("secret") == "right");
  for (const auto* refusal : {"28P01", "28000"}) {
    trials.log_in("wrong");
    trials.backends.fail(trials.loop, refusal);
    BOOST_TEST(trials.last() == "wrong");
  }
  for (const auto* failure : {"53300", "57P03", "08001", "3D000"}) {
    trials.log_in("wrong");
    trials.backends.fail(trials.loop, failure);
    BOOST_TEST(trials.last() == failure);
  }
}

BOOST_AUTO_TEST_CASE(of_several_hosts_one_may_be_there_soon) {
  Trials trials("host=a,b target_session_attrs=read-write");
  trials.log_in("secret");
  for (const auto* failure : {"08001", "57P03"}) {
    trials.backends.fail(trials.loop, failure);
    BOOST_TEST(trials.last() == "none");
    trials.loop.pass(1s, [] {});
  }
  trials.backends.succeed(trials.loop);
  BOOST_TEST(trials.last() == "right");
  trials.log_in("wrong");
  trials.backends.fail(trials.loop, "28P01");
  BOOST_TEST(trials.last() == "wrong");
}

BOOST_AUTO_TEST_CASE(they_are_waited_for_up_to_acquire_timeout) {
  Trials trials("host=a,b");
  trials.log_in("secret");
  int count = 0;
  for (; trials.last() == "none" && count < 1000; ++count) {
    trials.backends.fail(trials.loop, "08001");
    trials.loop.pass(500ms, [] {});
  }
  BOOST_TEST(trials.last() == "08001");
  BOOST_TEST(count == 60);  // 30 s
}

BOOST_AUTO_TEST_CASE(where_the_backend_is_is_for_the_log) {
  Trials trials;
  trials.log_in("secret");
  trials.backends.fail(trials.loop, "08001");
  BOOST_TEST(trials.answers.back().error.value().message.find("as scripted") == std::string::npos);
  BOOST_TEST(trials.lines.at(0).find("as scripted") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_backend_that_asks_for_no_password_judges_nothing) {
  Trials trials;
  trials.log_in("anything");
  trials.backends.succeed(trials.loop, false);
  BOOST_TEST(trials.last() == "wrong");
  BOOST_TEST(!trials.remembered.password({.database = "shop", .user = "ann"}).has_value());
  BOOST_TEST(trials.lines.size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_right_password_asks_nobody_for_a_while) {
  Trials trials;
  trials.after_success("secret");
  BOOST_TEST(trials.log_in("secret"));
  BOOST_TEST(trials.last() == "right");
  BOOST_TEST(trials.backends.begun.size() == 1U);
  trials.loop.jump(60s);
  trials.log_in("secret");
  BOOST_TEST(trials.backends.begun.size() == 2U);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_always_goes_to_the_backend) {
  Trials trials;
  trials.after_success("secret");
  for (std::size_t attempt = 1; attempt < 4; ++attempt) {
    trials.log_in("wrong");
    BOOST_TEST(trials.backends.begun.size() == 1 + attempt);
    trials.backends.fail(trials.loop, "28P01");
    BOOST_TEST(trials.last() == "wrong");
  }
  trials.log_in("secret");
  BOOST_TEST(trials.last() == "right");
}

BOOST_AUTO_TEST_CASE(without_a_cache_every_log_in_asks) {
  Trials trials("host=a", 0ms);
  trials.after_success("secret");
  trials.log_in("secret");
  BOOST_TEST(trials.backends.begun.size() == 2U);
  BOOST_TEST(trials.hashes == 0U);
}

BOOST_AUTO_TEST_CASE(the_pool_keeps_a_password_only_where_it_needs_one) {
  Trials as_client;
  as_client.after_success("secret");
  BOOST_TEST(as_client.remembered.password({.database = "shop", .user = "ann"}).value().view() == "secret");
  Trials as_other("host=a user=pool");
  as_other.after_success("secret");
  BOOST_TEST(!as_other.remembered.password({.database = "shop", .user = "ann"}).has_value());
}

BOOST_AUTO_TEST_CASE(so_many_at_a_time_and_the_others_wait_up_to_a_bound) {
  Trials trials;
  for (std::size_t number = 0; number < BackendTrials::kMostAtATime + BackendTrials::kMostWaiting; ++number) {
    BOOST_TEST_REQUIRE(trials.log_in("secret", std::to_string(number)));
  }
  BOOST_TEST(trials.backends.begun.size() == BackendTrials::kMostAtATime);
  BOOST_TEST(!trials.log_in("secret", "one more"));
  trials.backends.fail(trials.loop, "28P01", 0);
  BOOST_TEST(trials.backends.begun.size() == BackendTrials::kMostAtATime + 1);
  BOOST_TEST(trials.log_in("secret", "one more"));
}

BOOST_AUTO_TEST_CASE(a_backend_that_does_not_answer_holds_up_its_own_only) {
  Trials trials;
  for (std::size_t number = 0; number <= BackendTrials::kMostAtATime; ++number) trials.log_in("secret");
  BOOST_TEST(trials.backends.begun.size() == BackendTrials::kMostAtATime);
  trials.log_in("secret", "ann", "other");
  BOOST_TEST(trials.backends.begun.back().target.connection_string == "host=b");
}

BOOST_AUTO_TEST_CASE(a_database_that_nobody_serves_sounds_like_a_wrong_password) {
  Trials trials;
  BOOST_TEST(trials.log_in("secret", "ann", "unserved"));
  BOOST_TEST(trials.last() == "wrong");
  BOOST_TEST(trials.hashes == 1U);
  BOOST_TEST(trials.backends.begun.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
