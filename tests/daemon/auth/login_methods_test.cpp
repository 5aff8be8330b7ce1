// What a client meets before and beside its password, and what it hears where others judged.
#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <boost/test/unit_test.hpp>

#include "daemon/auth/client_authentication.h"
#include "daemon/auth/login_failure.h"
#include "tests/support/fixed_random.h"

namespace howdah::auth {

namespace {

using namespace std::string_literals;
using config::AuthMethod;
using config::AuthRule;
using config::ClientCertificateCheck;
using Kind = ClientAuthentication::Step::Kind;
using Step = ClientAuthentication::Step;

constexpr std::array kInClearText = {AuthMethod::Password, AuthMethod::Pam, AuthMethod::Ldap, AuthMethod::Backend};

io::PeerAddress tcp_peer(const char* text) {
  sockaddr_storage address{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(address);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
  } else {
    BOOST_REQUIRE(inet_pton(AF_INET6, text, &v6.sin6_addr) == 1);
    v6.sin6_family = AF_INET6;
  }
  return io::PeerAddress::read(-1, address);
}

ClientFacts from(const char* address) {
  return {.user = "ann", .database = "app", .peer = tcp_peer(address)};
}

ClientFacts by_tls(const char* address, const std::string& certificate_name = {}) {
  auto facts = from(address);
  facts.tls = io::TlsFacts{.has_certificate = !certificate_name.empty(), .common_name = certificate_name};
  return facts;
}

// A log-in of "ann", whose password is "secret".
class Login {
 public:
  Login(AuthRule rule, ClientFacts facts)
      : rule_(std::move(rule)),
        authentication_(rule_, std::move(facts), protocol::parse_secret("secret").value(), secrets_, random_) {}

  Step begin() { return authentication_.begin(); }
  Step send_password(const std::string& password) { return authentication_.on_message('p', password + '\0'); }
  Step answer(const Answer& answer) { return authentication_.on_answer(answer); }

 private:
  tests::FixedRandom random_;
  ServerSecrets secrets_{random_};
  const AuthRule rule_;
  ClientAuthentication authentication_;
};

std::string words(const Step& step) {
  if (step.kind != Kind::Rejected) return step.kind == Kind::Accepted ? "accepted" : "goes on";
  return step.error ? step.error->sqlstate + ' ' + step.error->message : "silence";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(login_methods)

BOOST_AUTO_TEST_CASE(a_password_is_not_asked_for_where_others_could_read_it) {
  for (const auto method : kInClearText) {
    for (const auto* address : {"10.0.0.1", "128.0.0.1", "126.255.255.255", "::2", "2001:db8::1", "::"}) {
      BOOST_TEST(words(Login({.method = method}, from(address)).begin()) ==
                 "28000 this way to log in needs TLS, since the password is sent in clear text");
      BOOST_TEST(words(Login({.method = method}, by_tls(address)).begin()) == "goes on");
    }
    for (const auto* address : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"})
      BOOST_TEST(words(Login({.method = method}, from(address)).begin()) == "goes on");
    BOOST_TEST(words(Login({.method = method}, {.user = "ann"}).begin()) == "goes on");
  }
}

// What a load balancer calls its own machine is not ours.
BOOST_AUTO_TEST_CASE(a_loopback_address_that_was_only_told_is_not_private) {
  auto facts = from("127.0.0.1");
  BOOST_TEST(is_private(facts));
  facts.is_peer_told = true;
  BOOST_TEST(!is_private(facts));
  facts.tls.emplace();
  BOOST_TEST(is_private(facts));
}

BOOST_AUTO_TEST_CASE(what_is_not_sent_in_clear_text_needs_no_tls) {
  for (const auto method : {AuthMethod::Md5, AuthMethod::ScramSha256})
    BOOST_TEST(words(Login({.method = method}, from("10.0.0.1")).begin()) == "goes on");
}

BOOST_AUTO_TEST_CASE(others_are_asked_off_the_loop) {
  for (const auto method : {AuthMethod::Pam, AuthMethod::Ldap}) {
    Login login({.method = method}, from("127.0.0.1"));
    static_cast<void>(login.begin());
    const auto step = login.send_password("secret");
    BOOST_REQUIRE((step.kind == Kind::Ask));
    BOOST_TEST(std::holds_alternative<OutsideWork>(*step.errand));
  }
  const auto peer = Login({.method = AuthMethod::Peer}, {.user = "ann"}).begin();
  BOOST_REQUIRE((peer.kind == Kind::Ask));
  BOOST_TEST(std::holds_alternative<OutsideWork>(*peer.errand));
}

BOOST_AUTO_TEST_CASE(nobody_is_asked_for_a_log_in_that_is_gone) {
  std::optional<Errand> errand;
  const AuthRule rule{.method = AuthMethod::Ldap, .ldap = {.servers = {"127.0.0.1"}, .port = 1, .prefix = "uid="}};
  {
    Login login(rule, from("127.0.0.1"));
    static_cast<void>(login.begin());
    errand = login.send_password("secret").errand;
    BOOST_TEST(!std::get<OutsideWork>(*errand).run().log_detail.empty());
  }
  BOOST_TEST(std::get<OutsideWork>(*errand).run().log_detail.empty());
}

BOOST_AUTO_TEST_CASE(a_backend_is_given_user_database_and_password) {
  Login login({.method = AuthMethod::Backend}, from("127.0.0.1"));
  static_cast<void>(login.begin());
  const auto step = login.send_password("anything");
  BOOST_REQUIRE((step.kind == Kind::Ask));
  const auto& errand = std::get<BackendLogin>(*step.errand);
  BOOST_TEST(errand.user == "ann");
  BOOST_TEST(errand.database == "app");
  BOOST_TEST(errand.password.view() == "anything");
}

BOOST_AUTO_TEST_CASE(an_empty_password_is_refused_before_anybody_is_asked) {
  for (const auto method : kInClearText) {
    Login login({.method = method}, from("127.0.0.1"));
    static_cast<void>(login.begin());
    BOOST_TEST(words(login.send_password("")) == "28P01 empty password returned by client");
  }
}

BOOST_AUTO_TEST_CASE(what_others_say_counts_and_their_reasons_are_for_the_log_only) {
  struct Case {
    AuthMethod method;
    std::string words;
  };
  for (const auto& [method, expected] :
       {Case{AuthMethod::Pam, "28000 PAM authentication failed for user \"ann\""},
        Case{AuthMethod::Ldap, "28000 LDAP authentication failed for user \"ann\""},
        Case{AuthMethod::Backend, "28P01 password authentication failed for user \"ann\""}}) {
    for (const bool is_right : {true, false}) {
      Login login({.method = method}, from("127.0.0.1"));
      static_cast<void>(login.begin());
      static_cast<void>(login.send_password("secret"));
      const auto step = login.answer({.is_right = is_right, .log_detail = is_right ? "" : "why"});
      BOOST_TEST(words(step) == (is_right ? "accepted" : expected));
      BOOST_TEST(step.log_detail == (is_right ? "" : "why"));
    }
  }
}

BOOST_AUTO_TEST_CASE(each_method_fails_in_the_words_of_postgresql) {
  const auto failure = [](AuthMethod method) {
    const auto error = login_failure(method, "ann");
    return error.sqlstate + ' ' + error.message;
  };
  BOOST_TEST(failure(AuthMethod::Peer) == "28000 Peer authentication failed for user \"ann\"");
  BOOST_TEST(failure(AuthMethod::Cert) == "28000 certificate authentication failed for user \"ann\"");
  BOOST_TEST(failure(AuthMethod::Trust) == "28000 \"trust\" authentication failed for user \"ann\"");
  for (const auto method : {AuthMethod::Password, AuthMethod::Md5, AuthMethod::ScramSha256})
    BOOST_TEST(failure(method) == "28P01 password authentication failed for user \"ann\"");
}

BOOST_AUTO_TEST_CASE(cert_takes_the_users_certificate_and_nothing_else) {
  const AuthRule rule{.method = AuthMethod::Cert};
  BOOST_TEST(words(Login(rule, by_tls("10.0.0.1", "ann")).begin()) == "accepted");
  BOOST_TEST(words(Login(rule, by_tls("10.0.0.1", "bob")).begin()) ==
             "28000 certificate authentication failed for user \"ann\"");
  for (const auto& facts : {by_tls("10.0.0.1"), from("127.0.0.1"), ClientFacts{.user = "ann"}})
    BOOST_TEST(words(Login(rule, facts).begin()) == "28000 connection requires a valid client certificate");
}

BOOST_AUTO_TEST_CASE(a_certificate_is_missed_before_the_method_begins) {
  for (const auto check : {ClientCertificateCheck::VerifyCa, ClientCertificateCheck::VerifyFull}) {
    for (const auto method : {AuthMethod::Trust, AuthMethod::Reject, AuthMethod::Password, AuthMethod::ScramSha256}) {
      const AuthRule rule{.method = method, .client_certificate = check};
      BOOST_TEST(words(Login(rule, by_tls("10.0.0.1")).begin()) ==
                 "28000 connection requires a valid client certificate");
    }
  }
}

BOOST_AUTO_TEST_CASE(another_name_is_noticed_once_the_method_has_succeeded) {
  AuthRule rule{.method = AuthMethod::Password, .client_certificate = ClientCertificateCheck::VerifyFull};
  for (const auto* const name : {"ann", "bob"}) {
    Login login(rule, by_tls("10.0.0.1", name));
    BOOST_TEST(words(login.begin()) == "goes on");
    BOOST_TEST(words(login.send_password("secret")) == "goes on");
    const auto step = login.answer({.is_right = true});
    BOOST_TEST(words(step) == (name == "ann"s ? "accepted" : "28P01 password authentication failed for user \"ann\""));
    BOOST_TEST(step.log_detail == (name == "ann"s ? "" : "the certificate is that of \"bob\""));
  }
  rule.client_certificate = ClientCertificateCheck::VerifyCa;
  Login login(rule, by_tls("10.0.0.1", "bob"));
  static_cast<void>(login.begin());
  static_cast<void>(login.send_password("secret"));
  BOOST_TEST(words(login.answer({.is_right = true})) == "accepted");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
