#include "daemon/server/passworded_connector.h"

#include <boost/test/unit_test.hpp>
#include <deque>

#include "daemon/server/password_source.h"
#include "tests/support/play/scripted_logins.h"

namespace howdah::server {

namespace {

class ScriptedSource final : public PasswordSource {
 public:
  void ask(worker::Mailbox& mailbox, Done done) override {
    ++asked;
    const auto next = answers.front();
    answers.pop_front();
    mailbox.post([done = std::move(done), next] { done(next); });
  }
  bool refuse(const LoginSecret& secret) override {
    refused.emplace_back(secret.password.view());
    return !answers.empty();
  }
  void add(std::string_view password) { answers.emplace_back(LoginSecret{.password = protocol::SecretText(password)}); }

  std::deque<std::expected<LoginSecret, protocol::ErrorFields>> answers;
  int asked = 0;
  std::vector<std::string> refused;
};

struct Logins : LoginHandler {
  void start() {
    loop.turn([&] {
      pending = connector.start({.connection_string = "host=a", .passwords = &source}, std::chrono::seconds(1), *this);
    });
  }
  void on_login(std::expected<LoggedIn, protocol::ErrorFields> result) override {
    heard.push_back(result ? "in" : result.error().sqlstate);
  }

  tests::ManualLoop loop;
  tests::ScriptedLogins backend;
  ScriptedSource source;
  PasswordedConnector connector{{.agenda = loop.agenda(), .mailbox = loop, .connector = backend}};
  std::unique_ptr<PendingLogin> pending;
  std::vector<std::string> heard;
};

using Words = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(passworded_connector)

BOOST_AUTO_TEST_CASE(the_source_is_asked_at_each_log_in) {
  Logins logins;
  logins.source.add("first");
  logins.source.add("second");
  for (const auto* password : {"first", "second"}) {
    logins.start();
    BOOST_TEST(logins.backend.last_password() == password);
    logins.backend.succeed(logins.loop);
  }
  BOOST_TEST(logins.heard == (Words{"in", "in"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_refused_password_is_asked_for_again_before_anybody_hears) {
  Logins logins;
  logins.source.add("old");
  logins.source.add("new");
  logins.start();
  logins.backend.fail(logins.loop, "28P01");
  BOOST_TEST(logins.heard.empty());
  BOOST_TEST(logins.backend.last_password() == "new");
  logins.backend.succeed(logins.loop);
  BOOST_TEST(logins.heard == (Words{"in"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(once_only) {
  Logins logins;
  for (const auto* password : {"old", "new", "newest"}) logins.source.add(password);
  logins.start();
  logins.backend.fail(logins.loop, "28P01");
  logins.backend.fail(logins.loop, "28P01");
  BOOST_TEST(logins.heard == (Words{"28P01"}), boost::test_tools::per_element());
  BOOST_TEST(logins.source.refused == (Words{"old", "new"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(other_failures_are_told_at_once) {
  Logins logins;
  logins.source.add("old");
  logins.source.add("new");
  logins.start();
  logins.backend.fail(logins.loop, "53300");
  BOOST_TEST(logins.heard == (Words{"53300"}), boost::test_tools::per_element());
  BOOST_TEST(logins.source.refused.empty());
}

BOOST_AUTO_TEST_CASE(a_source_that_fails_is_the_failure_of_the_log_in) {
  Logins logins;
  logins.source.answers.emplace_back(
      std::unexpected(protocol::make_error(protocol::Severity::Fatal, "08001", "no password")));
  logins.start();
  BOOST_TEST(logins.heard == (Words{"08001"}), boost::test_tools::per_element());
  BOOST_TEST(logins.backend.begun.empty());
}

BOOST_AUTO_TEST_CASE(who_has_gone_hears_nothing) {
  Logins logins;
  logins.source.add("first");
  logins.loop.turn([&] {
    logins.pending = logins.connector.start({.connection_string = "host=a", .passwords = &logins.source},
                                            std::chrono::seconds(1), logins);
    logins.pending.reset();
  });
  BOOST_TEST(logins.backend.begun.empty());
  BOOST_TEST(logins.heard.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::server
