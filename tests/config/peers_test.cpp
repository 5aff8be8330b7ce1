// Other instances, and what must be said of them together.
#include <boost/test/unit_test.hpp>

#include "config/live_changes.h"
#include "fake_outside.h"

namespace howdah::config {

namespace {

const std::string kSecret = "peers_secret: sixteen bytes or so\n";

Settings read(const std::string& more) {
  return settings_of(kLeast + more);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(peers)

BOOST_AUTO_TEST_CASE(peers_stand_by_their_numbers_and_our_own_may_be_among_them) {
  const auto settings =
      read("instance: 1\n" + kSecret +
           "peers:\n  1: {address: a:1}\n  2: {address: '[::1]:6432'}\n  255: {address: unix:/run}\n");
  BOOST_TEST(settings.instance == 1);
  BOOST_TEST(settings.peers_secret == "sixteen bytes or so");
  BOOST_REQUIRE(settings.peers.size() == 3U);
  BOOST_TEST(settings.peers.at("2").address == "[::1]:6432");
  BOOST_TEST(settings.peers.at("255").name == "255");
}

BOOST_AUTO_TEST_CASE(without_peers_nothing_of_it_is_needed) {
  BOOST_TEST(read("").instance == 0);
  BOOST_TEST(read("instance: 7\n").instance == 7);
  BOOST_TEST(said_of(kLeast + kSecret) == "");
}

BOOST_AUTO_TEST_CASE(where_there_are_peers_a_number_and_a_secret_are_needed) {
  const std::string peers = "peers: {2: {address: a:1}}\n";
  BOOST_TEST(said_of(kLeast + peers) ==
             "f.yaml:3: instance: found no number, expected one from 1 to 255, since there are peers\n"
             "f.yaml:3: peers_secret: found nothing, expected at least 16 bytes, the same in all peers");
  BOOST_TEST(said_of(kLeast + "instance: 1\npeers_secret: short\n") ==
             "f.yaml:4: peers_secret: found a short secret, expected at least 16 bytes, the same in all peers");
}

BOOST_AUTO_TEST_CASE(what_is_no_instance_or_no_place_is_told) {
  const std::string own = "instance: 1\n" + kSecret;
  for (const auto* name : {"0", "256", "02", "b", "2x", "-1"}) {
    BOOST_TEST(said_of(kLeast + own + "peers: {" + name + ": {address: a:1}}\n") ==
               "f.yaml:5: peers." + std::string(name) + ": found \"" + name +
                   "\", expected the number of an instance, from 1 to 255");
  }
  for (const auto* address : {"':6432'", "a", "a:0", "'*:1'", "unix:run", "a:b"}) {
    BOOST_TEST(said_of(kLeast + own + "peers: {2: {address: " + address + "}}\n")
                   .ends_with("expected host:port, [address]:port, unix:/folder or unix:/folder:port"));
  }
  BOOST_TEST(said_of(kLeast + "instance: 256\n") ==
             "f.yaml:3: instance: found 256, expected a whole number from 0 to 255 or {env: NAME}");
  BOOST_TEST(said_of(kLeast + own + "peers: {2: {}}\n") ==
             "f.yaml:5: peers.2.address: found nothing, expected host:port, [address]:port, unix:/folder or "
             "unix:/folder:port");
}

// So that the Pods of one StatefulSet may have one file.
BOOST_AUTO_TEST_CASE(the_number_may_come_from_the_environment) {
  const auto yaml = kLeast + "instance: {env: POD}\n";
  BOOST_TEST(settings_of(yaml, {.variables = {{"POD", "7"}}}).instance == 7);
  BOOST_TEST(said_of(yaml) ==
             "f.yaml:3: instance: found the environment variable \"POD\", which is not set, expected one that is set");
  BOOST_TEST(said_of(yaml, {.variables = {{"POD", "howdah-7"}}}) ==
             "f.yaml:3: instance: found something else in there, expected a whole number from 0 to 255 or {env: NAME}");
}

BOOST_AUTO_TEST_CASE(a_reload_takes_all_of_it_and_set_everything_but_the_secret) {
  const auto running = read("instance: 1\n" + kSecret + "peers: {2: {address: a:1}, 3: {address: b:1}}\n");
  const auto wanted =
      read("instance: 9\npeers_secret: another one of 16\npeers: {2: {address: c:1}, 4: {address: d:1}}\n");
  const auto changes = live_changes(running, wanted);
  BOOST_TEST(changes.added == std::vector<std::string>{"peers.4"});
  BOOST_TEST(changes.removed == std::vector<std::string>{"peers.3"});
  BOOST_TEST((changes.changed == std::vector<std::string>{"instance", "peers.2.address"}));
  BOOST_TEST(changes.replaced == std::vector<std::string>{"peers_secret"});
  BOOST_TEST(changes.need_restart.empty());
  BOOST_TEST(changes.settings.instance == 9);
  BOOST_TEST(changes.settings.peers_secret == "another one of 16");
  BOOST_TEST(changes.settings.peers.at("2").address == "c:1");
  BOOST_TEST(with_option(running, "peers.2.address", "e:1").value().peers.at("2").address == "e:1");
  BOOST_TEST(with_option(running, "instance", "5").value().instance == 5);
  BOOST_TEST(!with_option(running, "instance", "0").has_value());
  BOOST_TEST(!with_option(running, "peers_secret", "a secret that would be logged").has_value());
}

BOOST_AUTO_TEST_CASE(the_secret_is_shown_to_nobody) {
  for (const auto& option : show_options(read("instance: 1\n" + kSecret))) {
    BOOST_TEST(option.value.find("sixteen") == std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::config
