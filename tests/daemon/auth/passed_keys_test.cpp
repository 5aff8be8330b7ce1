#include "daemon/auth/passed_keys.h"

#include <boost/test/unit_test.hpp>

#include "tests/support/play/manual_loop.h"

namespace howdah::auth {

namespace {

const DatabaseUser kAnn{.database = "shop", .user = "ann"};

protocol::ScramLoginKeys keys_of(char byte) {
  protocol::ScramLoginKeys keys;
  keys.client_key.fill(byte);
  keys.server_key.fill('s');
  return keys;
}

struct Source {
  server::LoginSecret ask() {
    server::LoginSecret said;
    loop.turn([&] { source.ask(loop, [&](const auto& answer) { said = answer.value(); }); });
    return said;
  }

  tests::ManualLoop loop;
  PassedKeys keys;
  PassedKeysSource source{keys, kAnn};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(passed_keys)

BOOST_AUTO_TEST_CASE(keys_are_told_as_libpq_takes_them) {
  Source source;
  BOOST_TEST(source.ask().scram_client_key.view().empty());
  source.keys.keep(kAnn, keys_of('c'));
  const auto said = source.ask();
  BOOST_TEST(said.scram_client_key.view() == protocol::base64_encode(std::string(32, 'c')));
  BOOST_TEST(said.scram_server_key.view() == protocol::base64_encode(std::string(32, 's')));
  BOOST_TEST(said.password.view().empty());
}

BOOST_AUTO_TEST_CASE(what_the_backend_refuses_is_forgotten_unless_there_are_newer_ones) {
  Source source;
  source.keys.keep(kAnn, keys_of('a'));
  const auto old = source.ask();
  source.keys.keep(kAnn, keys_of('b'));
  BOOST_TEST(source.source.refuse(old));
  BOOST_TEST(source.keys.find(kAnn).has_value());
  BOOST_TEST(!source.source.refuse(source.ask()));
  BOOST_TEST(!source.keys.find(kAnn).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::auth
