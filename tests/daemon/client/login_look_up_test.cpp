// Log-ins whose secret has to be looked up in the backend, and what they leave for log-ins there.
#include <boost/test/unit_test.hpp>

#include "daemon/client/login_conversation.h"
#include "tests/support/frame_text.h"
#include "tests/support/frontend_messages.h"
#include "tests/support/play/seeded_random.h"
#include "tests/support/scram_client.h"
#include "tests/support/startup_packets.h"

namespace howdah::tests {

namespace {

using client::LoginConversation;
using Stage = LoginConversation::Stage;

const protocol::ScramChallenge kChallenge{.iterations = 16, .salt = "salt of the role"};

protocol::Secret verifier_of(const std::string& password) {
  return protocol::ScramVerifier{.challenge = kChallenge, .keys = protocol::derive_scram_keys(password, kChallenge)};
}

struct House {
  explicit House(config::AuthMethod method) {
    config::Settings given;
    given.users["known"] = {.name = "known", .password = "secret", .pool_mode = {}};
    given.auth = {{.method = method}};
    given.databases["shop"] = {.name = "shop", .backend = "host=a", .auth_query = {.user = "asker"}};
    given.databases["plain"] = {.name = "plain", .backend = "host=a"};
    given.databases["passing"] = {
        .name = "passing", .backend = "host=a", .auth_query = {.user = "asker"}, .scram_pass_through = true};
    settings = std::make_shared<const config::Settings>(given);
    secrets = std::make_shared<auth::SecretStore>(*settings);
  }
  [[nodiscard]] client::LoginEnvironment environment() {
    return {.settings = settings,
            .secrets = secrets,
            .server_secrets = server_secrets,
            .random = random,
            .admission = admission,
            .doubt = [this](const auth::SecretLookUp& one) { doubted.push_back(one.database + "/" + one.user); },
            .passed_keys = &passed_keys};
  }

  std::shared_ptr<const config::Settings> settings;
  SeededRandom random;
  std::shared_ptr<const auth::SecretStore> secrets;
  auth::ServerSecrets server_secrets{random};
  client::Admission admission;
  auth::PassedKeys passed_keys;
  std::vector<std::string> doubted;
};

class Connection {
 public:
  Connection(House& house, const std::string& user, const std::string& database)
      : conversation_(house.environment(), {}) {
    send(startup_packet({{"user", user}, {"database", database}}));
  }

  void send(const std::string& bytes) {
    kept_ += bytes;
    kept_.erase(0, conversation_.on_bytes(kept_, out_));
  }
  // "shop/ann" where that is asked for.
  std::string asks() {
    if (conversation_.stage() != Stage::Asking) return "nothing";
    const auto errand = conversation_.take_errand();
    const auto* look_up = std::get_if<auth::SecretLookUp>(&errand);
    return look_up != nullptr ? look_up->database + "/" + look_up->user : "something else";
  }
  void answer(const auth::Answer& answer) { conversation_.on_answer(answer, out_); }
  void log_in_by_scram(const std::string& password) {
    const ScramClient client(password);
    std::string body;
    protocol::append_c_string(body, protocol::kScramMechanism);
    protocol::append_int32(body, static_cast<std::int32_t>(client.first().size()));
    out_.clear();
    send(message('p', body + client.first()));
    const auto server_first = out_.substr(9);
    out_.clear();
    send(message('p', client.final(server_first)));
  }
  [[nodiscard]] std::string hears() { return backend_text(std::exchange(out_, {})); }
  [[nodiscard]] Stage stage() const { return conversation_.stage(); }

 private:
  LoginConversation conversation_;
  std::string kept_;
  std::string out_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(login_look_up)

BOOST_AUTO_TEST_CASE(only_who_is_not_configured_is_looked_up_and_only_for_a_secret) {
  struct Case {
    config::AuthMethod method;
    const char* user;
    const char* database;
    const char* asks;
  };
  using enum config::AuthMethod;
  for (const auto& one : {Case{ScramSha256, "ann", "shop", "shop/ann"}, Case{Md5, "ann", "shop", "shop/ann"},
                          Case{Password, "ann", "shop", "shop/ann"}, Case{ScramSha256, "known", "shop", "nothing"},
                          Case{ScramSha256, "ann", "plain", "nothing"}, Case{ScramSha256, "ann", "unserved", "nothing"},
                          Case{Trust, "ann", "shop", "nothing"}, Case{Reject, "ann", "shop", "nothing"}}) {
    House house(one.method);
    BOOST_TEST(Connection(house, one.user, one.database).asks() == one.asks);
  }
}

BOOST_AUTO_TEST_CASE(what_was_looked_up_lets_in) {
  House house(config::AuthMethod::ScramSha256);
  Connection connection(house, "ann", "shop");
  BOOST_TEST(connection.asks() == "shop/ann");
  connection.answer({.secret = verifier_of("secret")});
  connection.log_in_by_scram("secret");
  BOOST_TEST((connection.stage() == Stage::Accepted));
  BOOST_TEST(house.doubted.empty());
}

BOOST_AUTO_TEST_CASE(what_lets_nobody_in_is_doubted) {
  House house(config::AuthMethod::ScramSha256);
  Connection connection(house, "ann", "shop");
  BOOST_TEST(connection.asks() == "shop/ann");
  connection.answer({.secret = verifier_of("secret")});
  connection.log_in_by_scram("wrong");
  BOOST_TEST((connection.stage() == Stage::Ended));
  BOOST_TEST(house.doubted == std::vector<std::string>{"shop/ann"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_unknown_user_meets_the_same_exchange) {
  House house(config::AuthMethod::ScramSha256);
  Connection known(house, "ann", "shop");
  Connection unknown(house, "nobody", "shop");
  std::ignore = known.asks();
  std::ignore = unknown.asks();
  known.answer({.secret = verifier_of("secret")});
  unknown.answer({});
  BOOST_TEST(known.hears() == unknown.hears());
  unknown.log_in_by_scram("secret");
  BOOST_TEST(unknown.hears() == "E(FATAL 28P01 password authentication failed for user \"nobody\")");
}

BOOST_AUTO_TEST_CASE(a_failed_look_up_is_the_end) {
  House house(config::AuthMethod::ScramSha256);
  Connection connection(house, "ann", "shop");
  std::ignore = connection.asks();
  connection.answer({.error = protocol::make_error(protocol::Severity::Fatal, "08006", "authentication query failed")});
  BOOST_TEST(connection.hears() == "E(FATAL 08006 authentication query failed)");
  BOOST_TEST((connection.stage() == Stage::Ended));
}

BOOST_AUTO_TEST_CASE(keys_are_kept_only_where_they_are_passed_on) {
  House house(config::AuthMethod::ScramSha256);
  for (const auto* database : {"shop", "passing"}) {
    for (const auto* password : {"wrong", "secret"}) {
      Connection connection(house, "ann", database);
      std::ignore = connection.asks();
      connection.answer({.secret = verifier_of("secret")});
      connection.log_in_by_scram(password);
      const bool is_kept = house.passed_keys.find({.database = database, .user = "ann"}).has_value();
      BOOST_TEST(is_kept == (database == std::string_view("passing") && password == std::string_view("secret")));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::tests
