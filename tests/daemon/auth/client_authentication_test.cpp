#include "daemon/auth/client_authentication.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/fixed_random.h"
#include "tests/support/scram_client.h"

namespace howdah::auth {

namespace {

using namespace std::string_literals;
using config::AuthMethod;
using Kind = ClientAuthentication::Step::Kind;
using Step = ClientAuthentication::Step;
using tests::ScramClient;

// The password "secret" of the user "ann", in all three forms.
const std::string kPlain = "secret";
const std::string kMd5 = protocol::md5_secret("secret", "ann").value();
const std::string kVerifier =
    "SCRAM-SHA-256$4096:IIW4xlI6nTELpAgJTZIdQA==$cnJQF5ySluikJLan9NIXwKgZK9aAnIv9ZlMu7NDB2mE=:"
    "kwt4TPEue+YO2ho8baN7uI7YO97PsnUhAdyCXHY62tI=";

const std::string kOk = "R\0\0\0\x08\0\0\0\0"s;
const std::string kPasswordDue = "R\0\0\0\x08\0\0\0\3"s;
const std::string kSaslDue = "R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0"s;
const std::string kWrongPassword = "28P01 password authentication failed for user \"ann\"";

std::string sasl_initial(std::string_view response) {
  std::string body;
  protocol::append_c_string(body, "SCRAM-SHA-256");
  protocol::append_int32(body, static_cast<std::int32_t>(response.size()));
  return body.append(response);
}

// One log-in of "ann", played from the client's side.
class Login {
 public:
  Login(AuthMethod method, const std::string& secret, UnknownUser unknown = UnknownUser::MeetsScram)
      : rule_{.method = method},
        authentication_(rule_, {.user = "ann"}, secret_of(secret), secrets_, random_, unknown) {
    take(authentication_.begin());
  }

  // Sends one message body; runs the check of the password, if one is due.
  Login& send(const std::string& body) {
    take(authentication_.on_message('p', body));
    has_checked_ = step_.kind == Kind::Ask;
    if (has_checked_) take(authentication_.on_answer(std::get<HashWork>(*step_.errand).run()));
    return *this;
  }

  Login& send_md5(const std::string& password) {
    const auto stored = protocol::md5_secret(password, "ann").value();
    return send(protocol::md5_response(stored, step_.bytes.substr(9)).value() + '\0');
  }

  // A whole SCRAM exchange.
  Login& send_scram(const std::string& password) {
    const ScramClient client(password);
    send(sasl_initial(client.first()));
    server_first_ = step_.bytes.substr(9);
    send(client.final(server_first_));
    if (step_.kind == Kind::Accepted) check_server_final(client.expected_server_final(server_first_));
    return *this;
  }

  // "accepted", "silence", or the SQLSTATE and message of the rejection.
  [[nodiscard]] std::string outcome() const {
    switch (step_.kind) {
      case Kind::Send:
        return "message due";
      case Kind::Ask:
        return "check due";
      case Kind::Accepted:
        return step_.bytes.ends_with(kOk) ? "accepted" : "accepted without AuthenticationOk";
      case Kind::Rejected:
        return step_.error ? step_.error->sqlstate + ' ' + step_.error->message : "silence";
    }
    return "";
  }

  [[nodiscard]] const Step& step() const { return step_; }
  [[nodiscard]] const std::string& server_first() const { return server_first_; }
  [[nodiscard]] bool has_checked() const { return has_checked_; }
  [[nodiscard]] const ServerSecrets& secrets() const { return secrets_; }
  ClientAuthentication& operator*() { return authentication_; }

 private:
  static std::optional<protocol::Secret> secret_of(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return protocol::parse_secret(text).value();
  }

  void take(Step step) {
    step_ = std::move(step);
    if (step_.error) BOOST_TEST(severity_name(step_.error->severity) == "FATAL");
  }

  void check_server_final(const std::string& expected) const {
    std::string message;
    protocol::MessageWriter(message, 'R').int32(12).bytes(expected);
    BOOST_TEST(step_.bytes == message + kOk);
  }

  tests::FixedRandom random_;
  ServerSecrets secrets_{random_};
  const config::AuthRule rule_;
  ClientAuthentication authentication_;
  Step step_{.kind = Kind::Rejected};
  std::string server_first_;
  bool has_checked_ = false;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(client_authentication)

BOOST_AUTO_TEST_CASE(trust_accepts_at_once) {
  for (const auto& secret : {""s, kPlain}) {
    const Login login(AuthMethod::Trust, secret);
    BOOST_TEST(login.outcome() == "accepted");
    BOOST_TEST(login.step().bytes == kOk);
  }
}

BOOST_AUTO_TEST_CASE(reject_is_28000_for_everybody) {
  for (const auto& secret : {""s, kPlain})
    BOOST_TEST(Login(AuthMethod::Reject, secret).outcome() == "28000 an auth rule rejects connections of user \"ann\"");
}

BOOST_AUTO_TEST_CASE(a_password_in_clear_text_is_checked_off_the_loop_against_every_secret) {
  for (const auto& secret : {kPlain, kMd5, kVerifier}) {
    Login login(AuthMethod::Password, secret);
    BOOST_TEST(login.step().bytes == kPasswordDue);
    BOOST_TEST(login.send("secret\0"s).outcome() == "accepted");
    BOOST_TEST(login.has_checked());
    BOOST_TEST(login.step().bytes == kOk);
    BOOST_TEST(Login(AuthMethod::Password, secret).send("Secret\0"s).outcome() == kWrongPassword);
  }
}

BOOST_AUTO_TEST_CASE(an_unknown_user_is_asked_and_checked_like_a_known_one) {
  Login login(AuthMethod::Password, "");
  BOOST_TEST(login.step().bytes == kPasswordDue);
  BOOST_TEST(login.send("secret\0"s).outcome() == kWrongPassword);
  BOOST_TEST(login.has_checked());
}

BOOST_AUTO_TEST_CASE(a_check_outlives_its_log_in) {
  std::optional<Errand> check;
  {
    Login login(AuthMethod::Password, kVerifier);
    check = (*login).on_message('p', "secret\0"s).errand;
  }
  const auto copy = check;
  BOOST_TEST(std::get<HashWork>(copy.value()).run().is_right);
  BOOST_TEST(std::get<HashWork>(*check).run().is_right);
}

BOOST_AUTO_TEST_CASE(malformed_passwords_get_the_answers_of_postgresql) {
  for (const auto method : {AuthMethod::Password, AuthMethod::Md5}) {
    for (const auto& secret : {kPlain, kMd5}) {
      for (const auto& body : {""s, "pw"s, "pw\0x\0"s})
        BOOST_TEST(Login(method, secret).send(body).outcome() == "08P01 invalid password packet size");
      BOOST_TEST(Login(method, secret).send("\0"s).outcome() == "28P01 empty password returned by client");
    }
  }
}

BOOST_AUTO_TEST_CASE(md5_is_challenged_with_a_fresh_salt) {
  for (const auto& secret : {kPlain, kMd5}) {
    Login login(AuthMethod::Md5, secret);
    BOOST_TEST(login.step().bytes.substr(0, 9) == "R\0\0\0\x0c\0\0\0\5"s);
    BOOST_TEST(login.step().bytes.size() == 13u);
    BOOST_TEST(login.send_md5("secret").outcome() == "accepted");
    BOOST_TEST(!login.has_checked());
    BOOST_TEST(Login(AuthMethod::Md5, secret).send_md5("Secret").outcome() == kWrongPassword);
    BOOST_TEST(Login(AuthMethod::Md5, secret).send(kMd5 + '\0').outcome() == kWrongPassword);
  }
}

BOOST_AUTO_TEST_CASE(md5_with_a_scram_secret_is_scram) {
  Login login(AuthMethod::Md5, kVerifier);
  BOOST_TEST(login.step().bytes == kSaslDue);
  BOOST_TEST(login.send_scram("secret").outcome() == "accepted");
}

BOOST_AUTO_TEST_CASE(md5_of_an_unknown_user_is_what_the_store_says) {
  BOOST_TEST(Login(AuthMethod::Md5, "", UnknownUser::MeetsScram).step().bytes == kSaslDue);
  for (const auto* password : {"secret", ""}) {
    Login login(AuthMethod::Md5, "", UnknownUser::MeetsMd5);
    BOOST_TEST(login.step().bytes.size() == 13u);
    BOOST_TEST(login.send_md5(password).outcome() == kWrongPassword);
  }
}

BOOST_AUTO_TEST_CASE(scram_accepts_the_right_password_and_proves_the_server) {
  for (const auto& secret : {kPlain, kVerifier}) {
    Login login(AuthMethod::ScramSha256, secret);
    BOOST_TEST(login.step().bytes == kSaslDue);
    BOOST_TEST(login.send_scram("secret").outcome() == "accepted");
    BOOST_TEST(Login(AuthMethod::ScramSha256, secret).send_scram("Secret").outcome() == kWrongPassword);
  }
}

BOOST_AUTO_TEST_CASE(scram_fails_like_a_wrong_password_without_a_usable_secret) {
  for (const auto& secret : {""s, kMd5})
    BOOST_TEST(Login(AuthMethod::ScramSha256, secret).send_scram("secret").outcome() == kWrongPassword);
}

BOOST_AUTO_TEST_CASE(an_unknown_user_gets_a_challenge_like_that_of_a_known_one) {
  Login unknown(AuthMethod::ScramSha256, "");
  Login plain(AuthMethod::ScramSha256, kPlain);
  unknown.send_scram("secret");
  plain.send_scram("secret");
  BOOST_TEST(unknown.server_first() == plain.server_first());
  BOOST_TEST(unknown.server_first().size() ==
             Login(AuthMethod::ScramSha256, kVerifier).send_scram("x").server_first().size());
}

BOOST_AUTO_TEST_CASE(keys_of_a_plain_secret_are_derived_off_the_loop_and_once) {
  tests::FixedRandom random;
  const ServerSecrets secrets(random);
  const config::AuthRule rule{.method = AuthMethod::ScramSha256};
  int check_count = 0;
  for (int i = 0; i < 3; ++i) {
    ClientAuthentication login(rule, {.user = "ann"}, protocol::parse_secret("secret").value(), secrets, random);
    BOOST_TEST((login.begin().kind == Kind::Send));
    const ScramClient client("secret");
    const auto first = login.on_message('p', sasl_initial(client.first()));
    auto last = login.on_message('p', client.final(first.bytes.substr(9)));
    if (last.kind == Kind::Ask) {
      ++check_count;
      last = login.on_answer(std::get<HashWork>(*last.errand).run());
    }
    BOOST_TEST((last.kind == Kind::Accepted));
  }
  BOOST_TEST(check_count == 1);
}

BOOST_AUTO_TEST_CASE(the_first_scram_message_may_come_apart_from_the_mechanism) {
  Login login(AuthMethod::ScramSha256, kVerifier);
  login.send("SCRAM-SHA-256\0\xff\xff\xff\xff"s);
  BOOST_TEST(login.step().bytes == "R\0\0\0\x08\0\0\0\x0b"s);
  const ScramClient client("secret");
  login.send(client.first());
  login.send(client.final(login.step().bytes.substr(9)));
  BOOST_TEST(login.outcome() == "accepted");

  Login empty(AuthMethod::ScramSha256, kVerifier);
  BOOST_TEST(empty.send("SCRAM-SHA-256\0\xff\xff\xff\xff"s).send("").outcome() == "08P01 malformed SCRAM message");
}

BOOST_AUTO_TEST_CASE(malformed_sasl_messages_are_rejected_before_any_secret_counts) {
  for (const auto& secret : {""s, kPlain, kMd5, kVerifier}) {
    BOOST_TEST(Login(AuthMethod::ScramSha256, secret).send("secret\0"s).outcome() ==
               "08P01 client selected an invalid SASL authentication mechanism");
    BOOST_TEST(Login(AuthMethod::ScramSha256, secret).send(sasl_initial("n,,r=abc")).outcome() ==
               "08P01 malformed SCRAM message");
    Login login(AuthMethod::ScramSha256, secret);
    login.send(sasl_initial("n,,n=,r=abc"));
    BOOST_TEST(login.send("c=biws,r=abc,p=").outcome() == "08P01 malformed SCRAM message");
  }
}

BOOST_AUTO_TEST_CASE(a_proof_is_good_for_one_exchange_only) {
  const ScramClient client("secret");
  Login first(AuthMethod::ScramSha256, kVerifier);
  first.send(sasl_initial(client.first()));
  const auto final_message = client.final(first.step().bytes.substr(9));
  BOOST_TEST(first.send(final_message).outcome() == "accepted");

  tests::FixedRandom random;
  const ServerSecrets secrets(random);
  std::string other_nonce(100, '\0');
  random.fill(std::as_writable_bytes(std::span(other_nonce)));
  const config::AuthRule rule{.method = AuthMethod::ScramSha256};
  ClientAuthentication second(rule, {.user = "ann"}, protocol::parse_secret(kVerifier).value(), secrets, random);
  static_cast<void>(second.begin());
  static_cast<void>(second.on_message('p', sasl_initial(client.first())));
  BOOST_TEST(second.on_message('p', final_message).error->message == "invalid SCRAM response");
}

BOOST_AUTO_TEST_CASE(a_message_is_waited_for_byte_by_byte) {
  Login login(AuthMethod::Password, kPlain);
  const auto message = "p\0\0\0\x0bsecret\0Q"s;
  for (std::size_t count = 0; count + 1 < message.size(); ++count)
    BOOST_TEST(!(*login).next_message(protocol::Bytes(message).substr(0, count)).value().has_value());
  const auto split = (*login).next_message(message);
  BOOST_REQUIRE((split && *split));
  BOOST_TEST((*split)->body == "secret\0"s);
  BOOST_TEST((*split)->size_bytes == 12u);
}

BOOST_AUTO_TEST_CASE(another_type_of_message_is_told_by_its_first_byte) {
  struct Case {
    AuthMethod method;
    std::string words;
  };
  for (const auto& [method, words] :
       {Case{AuthMethod::Password, "08P01 expected password response, got message type "},
        Case{AuthMethod::Md5, "08P01 expected password response, got message type "},
        Case{AuthMethod::ScramSha256, "08P01 expected SASL response, got message type "}}) {
    for (const auto& [type, number] :
         {std::pair{'Q', "81"s}, std::pair{'X', "88"s}, std::pair{'\0', "0"s}, std::pair{'\xff', "255"s}}) {
      Login login(method, kPlain);
      const auto split = (*login).next_message(std::string(1, type));
      BOOST_REQUIRE(!split.has_value());
      BOOST_TEST(split.error().error->sqlstate + ' ' + split.error().error->message == words + number);
      BOOST_TEST((*Login(method, kPlain)).on_message(type, "").error->message == split.error().error->message);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_wrong_length_ends_in_silence_for_passwords_and_in_28P01_for_sasl) {
  for (const std::int32_t length : {0, 3, -1, std::numeric_limits<std::int32_t>::min(), 2147483647, 65536, 65540}) {
    auto bytes = "p"s;
    protocol::append_int32(bytes, length);
    for (const auto method : {AuthMethod::Password, AuthMethod::Md5}) {
      Login login(method, kPlain);
      const auto split = (*login).next_message(bytes);
      BOOST_REQUIRE(!split.has_value());
      BOOST_TEST((split.error().kind == Kind::Rejected));
      BOOST_TEST(!split.error().error.has_value());
    }
    Login login(AuthMethod::ScramSha256, kPlain);
    BOOST_TEST((*login).next_message(bytes).error().error->sqlstate == "28P01");
  }
}

BOOST_AUTO_TEST_CASE(sasl_messages_are_shorter_than_passwords) {
  BOOST_TEST((*Login(AuthMethod::Password, kPlain)).max_message_bytes() == 65536u);
  BOOST_TEST((*Login(AuthMethod::Md5, kPlain)).max_message_bytes() == 65536u);
  BOOST_TEST((*Login(AuthMethod::ScramSha256, kPlain)).max_message_bytes() == 1025u);
  Login login(AuthMethod::ScramSha256, kPlain);
  BOOST_TEST((*login).next_message("p\0\0\4\0"s).has_value());
  BOOST_TEST(!(*login).next_message("p\0\0\4\1"s).has_value());
}

BOOST_AUTO_TEST_CASE(nothing_is_accepted_after_the_end_or_out_of_turn) {
  Login rejected(AuthMethod::Password, kPlain);
  rejected.send("wrong\0"s);
  BOOST_TEST(rejected.send("secret\0"s).outcome() == "08P01 password message that was not asked for");
  Login waiting(AuthMethod::ScramSha256, kPlain);
  BOOST_TEST(((*waiting).on_answer({.is_right = true}).kind == Kind::Rejected));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
