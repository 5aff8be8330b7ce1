// Passwords: where they come from, and that no message holds them.
#include <boost/test/unit_test.hpp>

#include "fake_outside.h"

namespace howdah::config {

namespace {

const std::string kVerifier =
    "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";

std::string user(const std::string& password) {
  return kLeast + "users: {u: {password: " + password + "}}\n";
}

std::optional<std::string> password_of(const std::string& password, const FakeOutside& world = {}) {
  return settings_of(user(password), world).users.at("u").password;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secrets)

BOOST_AUTO_TEST_CASE(a_password_is_plain_text_a_hash_or_a_verifier) {
  for (const auto& text : {std::string("hunter2"), std::string("md5d41d8cd98f00b204e9800998ecf8427e"), kVerifier,
                           std::string("1234"), std::string("true")}) {
    BOOST_TEST((password_of("'" + text + "'") == text));
  }
}

BOOST_AUTO_TEST_CASE(a_password_may_stand_in_a_file_without_its_line_end) {
  const FakeOutside world{
      .files = {{"/pw", "hunter2\n"}, {"/dos", "hunter2\r\n"}, {"/bare", " hunter2 "}, {"/two", "a\n\n"}}};
  BOOST_TEST((password_of("{file: /pw}", world) == "hunter2"));
  BOOST_TEST((password_of("{file: /dos}", world) == "hunter2"));
  BOOST_TEST((password_of("{file: /bare}", world) == " hunter2 "));
  BOOST_TEST((password_of("{file: /two}", world) == "a\n"));
}

BOOST_AUTO_TEST_CASE(a_password_may_stand_in_an_environment_variable) {
  BOOST_TEST((password_of("{env: PW}", {.variables = {{"PW", "hunter2\n"}}}) == "hunter2\n"));
}

BOOST_AUTO_TEST_CASE(a_source_that_is_not_there_is_told) {
  BOOST_TEST(said_of(user("{file: /missing}")) ==
             "f.yaml:3: users.u.password: found the file \"/missing\", which cannot be read (no such file), "
             "expected a file");
  BOOST_TEST(said_of(user("{env: MISSING}")) ==
             "f.yaml:3: users.u.password: found the environment variable \"MISSING\", which is not set, "
             "expected one that is set");
}

BOOST_AUTO_TEST_CASE(a_source_of_another_form_is_told) {
  for (const std::string form : {"{}", "{fiel: /a}", "{file: /a, env: B}", "{file: [a]}", "[a]", "", "{file: }"}) {
    BOOST_TEST_CONTEXT(form) {
      const auto said = said_of(user(form));
      BOOST_TEST(said.starts_with("f.yaml:3: users.u.password: found "));
      BOOST_TEST(said.ends_with("expected a text, {file: path} or {env: NAME}"));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_empty_password_is_refused_wherever_it_comes_from) {
  const FakeOutside world{.files = {{"/empty", "\n"}, {"/zero", std::string("a\0b", 3)}}, .variables = {{"EMPTY", ""}}};
  for (const std::string form : {"''", "{file: /empty}", "{env: EMPTY}", "{file: /zero}"}) {
    BOOST_TEST_CONTEXT(form) {
      BOOST_TEST(problems_of(user(form), world).size() == 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(no_message_holds_a_password) {
  const FakeOutside world{
      .files = {{"/broken", "SCRAM-SHA-256$hunter2"}},
      .variables = {{"BROKEN", "SCRAM-SHA-256$hunter2"}},
      .bad_backends = {{"password=a hunter2", R"(missing "=" after "hunter2" in connection info string)"}}};
  for (const auto& yaml : {
           user("SCRAM-SHA-256$hunter2"),
           user("{file: /broken}"),
           user("{env: BROKEN}"),
           user("[hunter2]"),
           user("{hunter2: x}"),
           user("a, hunter2"),
           user("*hunter2"),
           user("!hunter2 x"),
           user("hunter2: x"),
           kLeast + "users: {u: hunter2}\n",
           kLeast + "users: hunter2\n",
           kLeast + "users: {u: {pasword: hunter2}}\n",
           kLeast + "users: {u: {password: x, pool_mode: y, secret: hunter2}}\n",
           kListen + "databases: {x: 'postgresql://u:hunter2@h'}\n",
           kListen + "databases: 'postgresql://u:hunter2@h'\n",
           kListen + "databases: {x: {backend: password=a hunter2}}\n",
           kListen + "databases: {x: {backend: [password=hunter2]}}\n",
           kListen + "databases: {x: {bakend: password=hunter2}}\n",
       }) {
    BOOST_TEST_CONTEXT(yaml) {
      const auto said = said_of(yaml, world);
      BOOST_TEST(!said.empty());
      BOOST_TEST(said.find("hunter2") == std::string::npos, said);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_configuration_with_a_secret_is_closed_to_others) {
  const FakeOutside world{.files = {{"/pw", "x"}}, .variables = {{"PW", "x"}}, .open_files = {{"f.yaml", "mode 0644"}}};
  const auto said = [](const std::string& path) {
    return "f.yaml:3: " + path +
           ": found a secret in a file that others may read (mode 0644), expected it in one that nobody else can read "
           "(chmod 600)";
  };
  const auto backend = [](const std::string& text) { return kListen + "databases:\n  x: {backend: '" + text + "'}\n"; };
  BOOST_TEST(said_of(user("x"), world) == said("users.u.password"));
  BOOST_TEST(said_of(kLeast + "users: {u: {password: x}, v: {password: y}}\n", world) == said("users.u.password"));
  for (const std::string text : {"host=a password=x", "postgresql://u:x@h/d", "postgresql://h/d?password=x",
                                 "postgresql://h/d?p%61ssword=x", "host=a sslpassword=x"}) {
    BOOST_TEST(said_of(backend(text), world) == said("databases.x.backend"));
  }
  BOOST_TEST(said_of(kLeast + "auth: [{method: ldap, ldap: {servers: a, base_dn: x, bind_password: x}}]\n", world) ==
             said("auth[1].ldap.bind_password"));
  for (const auto& yaml : {kLeast, user("{file: /pw}"), user("{env: PW}"), backend("postgresql://u@h/d?host=%2Frun"),
                           backend("host=a passfile=/pw"), backend("postgresql://h:5432")}) {
    BOOST_TEST(said_of(yaml, world) == "");
  }
}

BOOST_AUTO_TEST_CASE(a_file_with_a_secret_is_closed_to_others) {
  const FakeOutside world{
      .files = {{"/pw", "hunter2"}, {"/list", "\"a\" \"hunter2\""}},
      .open_files = {{"/pw", "mode 0640"}, {"/list", "mode 0604"}, {"/key", "it is not a regular file"}}};
  const std::string expected = "), expected one that nobody else can read (chmod 600)";
  BOOST_TEST(said_of(user("{file: /pw}"), world) ==
             "f.yaml:3: users.u.password: found the file \"/pw\" (mode 0640" + expected);
  BOOST_TEST(said_of(kLeast + "user_list: /list\n", world) ==
             "f.yaml:3: user_list: found the file \"/list\" (mode 0604" + expected);
  BOOST_TEST(said_of(kLeast + "client: {tls: {mode: allow, certificate: /crt, key: /key}}\n", world) ==
             "f.yaml:3: client.tls.key: found the file \"/key\" (it is not a regular file" + expected);
  BOOST_TEST(said_of(kLeast + "client: {tls: {key: /key}}\n", world) == "");
}

BOOST_AUTO_TEST_CASE(on_the_command_line_there_is_no_file_to_be_closed) {
  const FakeOutside world{.open_files = {{"command line", "no such file"}}};
  BOOST_TEST(configuration_without_file("host=a password=x", {":1"}, world.outside()).has_value());
}

BOOST_AUTO_TEST_CASE(show_config_holds_no_password) {
  auto settings =
      settings_of(kListen + "databases: {x: {backend: 'postgresql://u:hunter2@h'}}\nusers: {u: {password: hunter2}}\n");
  for (const auto& option : show_options(settings)) BOOST_TEST(option.value.find("hunter2") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
