#include "protocol/password.h"

#include <boost/test/unit_test.hpp>

namespace howdah::protocol {

namespace {

// Made by PostgreSQL 15 from the password "secret", the first for the user "md_user".
const std::string kMd5 = "md5859a5a083ca499e39c3fe135c2ef1e5e";
const std::string kVerifier =
    "SCRAM-SHA-256$4096:IIW4xlI6nTELpAgJTZIdQA==$cnJQF5ySluikJLan9NIXwKgZK9aAnIv9ZlMu7NDB2mE=:"
    "kwt4TPEue+YO2ho8baN7uI7YO97PsnUhAdyCXHY62tI=";

const ScramChallenge kChallenge{.iterations = 1, .salt = "salt"};

bool is_right(std::string_view password, std::string_view user, const std::string& secret) {
  return is_right_password(password, user, parse_secret(secret).value(), kChallenge);
}

bool is_plain(const std::string& text) {
  const auto secret = parse_secret(text);
  const auto* plain = secret ? std::get_if<PlainSecret>(&*secret) : nullptr;
  return plain != nullptr && plain->text.view() == text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(password)

BOOST_AUTO_TEST_CASE(secrets_are_told_apart_by_their_form) {
  BOOST_TEST(std::holds_alternative<Md5Secret>(parse_secret(kMd5).value()));
  BOOST_TEST(std::holds_alternative<ScramVerifier>(parse_secret(kVerifier).value()));
  for (const auto& text :
       {std::string("secret"), std::string("md5"), kMd5 + '0', kMd5.substr(0, 34),
        std::string("MD5859a5a083ca499e39c3fe135c2ef1e5e"), std::string("md5859A5A083CA499E39C3FE135C2EF1E5E"),
        std::string("md5g59a5a083ca499e39c3fe135c2ef1e5e"), std::string("SCRAM-SHA-256"), ' ' + kVerifier})
    BOOST_TEST(is_plain(text), text);
}

BOOST_AUTO_TEST_CASE(an_empty_secret_and_a_broken_verifier_are_errors) {
  BOOST_TEST(!parse_secret("").has_value());
  BOOST_TEST(!parse_secret("SCRAM-SHA-256$").has_value());
  BOOST_TEST(!parse_secret(kVerifier.substr(0, kVerifier.size() - 1)).has_value());
}

BOOST_AUTO_TEST_CASE(an_md5_secret_is_that_of_postgresql) {
  BOOST_TEST((md5_secret("secret", "md_user") == kMd5));
  BOOST_TEST(!(md5_secret("secret", "other") == kMd5));
}

BOOST_AUTO_TEST_CASE(an_md5_response_hashes_the_secret_with_the_salt) {
  // printf '859a5a083ca499e39c3fe135c2ef1e5eABCD' | md5sum
  BOOST_TEST((md5_response(kMd5, "ABCD") == "md5abe1d0caf139a38befd935cf15100697"));
  BOOST_TEST(!(md5_response(kMd5, "ABCE") == md5_response(kMd5, "ABCD")));
  BOOST_TEST(!md5_response("secret", "ABCD").has_value());
}

BOOST_AUTO_TEST_CASE(a_password_is_compared_with_every_kind_of_secret) {
  for (const auto& secret : {std::string("secret"), kMd5, kVerifier}) {
    BOOST_TEST(is_right("secret", "md_user", secret), secret);
    for (const auto* wrong : {"", "Secret", "secre", "secrets", "859a5a083ca499e39c3fe135c2ef1e5e"})
      BOOST_TEST(!is_right(wrong, "md_user", secret), secret);
  }
  BOOST_TEST(!is_right("secret", "other", kMd5));
  BOOST_TEST(is_right("secret", "other", kVerifier));
}

BOOST_AUTO_TEST_CASE(a_stored_secret_is_no_password) {
  BOOST_TEST(!is_right(kMd5, "md_user", kMd5));
  BOOST_TEST(!is_right(kVerifier, "md_user", kVerifier));
}

BOOST_AUTO_TEST_CASE(nobody_has_the_password_of_a_user_without_a_secret) {
  for (const auto* password : {"", "secret"}) BOOST_TEST(!is_right_password(password, "ann", std::nullopt, kChallenge));
}

BOOST_AUTO_TEST_CASE(passwords_that_look_alike_are_one_as_in_scram) {
  BOOST_TEST(is_right("pa\u0308ss", "ann", "p\u00e4ss"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::protocol
