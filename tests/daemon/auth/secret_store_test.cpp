#include "daemon/auth/secret_store.h"

#include <boost/test/unit_test.hpp>

namespace howdah::auth {

namespace {

const std::string kMd5 = "md5859a5a083ca499e39c3fe135c2ef1e5e";
const std::string kVerifier =
    "SCRAM-SHA-256$4096:IIW4xlI6nTELpAgJTZIdQA==$cnJQF5ySluikJLan9NIXwKgZK9aAnIv9ZlMu7NDB2mE=:"
    "kwt4TPEue+YO2ho8baN7uI7YO97PsnUhAdyCXHY62tI=";

config::Settings with_users(const std::vector<std::pair<std::string, std::optional<std::string>>>& users) {
  config::Settings settings;
  for (const auto& [name, password] : users)
    settings.users[name] = {.name = name, .password = password, .pool_mode = {}};
  return settings;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_store)

BOOST_AUTO_TEST_CASE(each_user_has_the_kind_of_secret_that_is_configured) {
  const SecretStore store(with_users({{"ann", "plain"}, {"bob", kMd5}, {"cid", kVerifier}}));
  BOOST_TEST(std::get<protocol::PlainSecret>(store.find("ann").value()).text.view() == "plain");
  BOOST_TEST(std::get<protocol::Md5Secret>(store.find("bob").value()).text.view() == kMd5);
  BOOST_TEST(std::get<protocol::ScramVerifier>(store.find("cid").value()).challenge.iterations == 4096u);
}

BOOST_AUTO_TEST_CASE(unknown_users_and_users_without_a_usable_password_have_no_secret) {
  const SecretStore store(with_users({{"ann", std::nullopt}, {"bob", ""}, {"cid", "SCRAM-SHA-256$oops"}}));
  for (const auto* user : {"ann", "bob", "cid", "nobody", ""}) BOOST_TEST(!store.find(user).has_value());
}

BOOST_AUTO_TEST_CASE(every_secret_is_visited) {
  const SecretStore store(with_users({{"bob", kMd5}, {"ann", "plain"}, {"cid", std::nullopt}}));
  std::vector<std::string> users;
  store.for_each([&](const std::string& user, const protocol::Secret&) { users.push_back(user); });
  BOOST_TEST((users == std::vector<std::string>{"ann", "bob"}));
}

BOOST_AUTO_TEST_CASE(an_unknown_user_meets_what_most_known_users_meet) {
  BOOST_TEST((SecretStore(with_users({})).unknown_user() == UnknownUser::MeetsScram));
  BOOST_TEST((SecretStore(with_users({{"ann", kVerifier}})).unknown_user() == UnknownUser::MeetsScram));
  BOOST_TEST((SecretStore(with_users({{"ann", kVerifier}, {"bob", "x"}})).unknown_user() == UnknownUser::MeetsScram));
  BOOST_TEST((SecretStore(with_users({{"ann", kMd5}})).unknown_user() == UnknownUser::MeetsMd5));
  BOOST_TEST((SecretStore(with_users({{"ann", kVerifier}, {"bob", "x"}, {"cid", kMd5}})).unknown_user() ==
              UnknownUser::MeetsMd5));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
