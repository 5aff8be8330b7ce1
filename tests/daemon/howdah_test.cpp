// The library's own header, without a backend: what it does by itself. (tests/live/test_library.py has the rest)
#include "daemon/howdah.h"

#include <dirent.h>

#include <boost/test/unit_test.hpp>
#include <future>
#include <mutex>
#include <set>

namespace howdah {

namespace {

// At a port where nothing answers: the first log-in fails at once.
Configuration nowhere() {
  ConfigurationBuilder builder;
  builder.set_list({"listen"}, {"127.0.0.1:0"}).set({"databases", "x", "backend"}, "host=127.0.0.1 port=1");
  builder.set({"workers"}, "2").set({"databases", "x", "pool", "max_size"}, "7");
  auto built = builder.build();
  BOOST_REQUIRE(built);
  return *built;
}

std::size_t count_entries(const char* path) {
  std::size_t count = 0;
  DIR* folder = opendir(path);
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(library)

BOOST_AUTO_TEST_CASE(a_configuration_can_be_put_together) {
  ConfigurationBuilder builder;
  builder.set({"databases", "a.b", "backend"}, "host=h password='it\\'s: # not YAML'");
  builder.set({"databases", "a.b", "pool", "max_size"}, "5").set({"databases", "a.b", "pool", "max_size"}, "6");
  builder.set_yaml({"auth"}, "[{from: 10.0.0.0/8, method: md5}, {method: reject}]");
  builder.set({"users", "u", "password"}, "plain");  // memory is nobody else's
  BOOST_TEST(
      builder.build().message().starts_with("configuration: listen: found nothing, expected a list of host:port"));
  builder.set_list({"listen"}, {"127.0.0.1:0", "unix:/tmp"});
  const auto built = builder.build();
  BOOST_TEST(built.has_value(), built.message());
  builder.set_yaml({"client"}, "{max_connections: many}").set_yaml({"admin"}, "[").set({}, "x");
  BOOST_TEST(builder.build().problems().size() == 2);
}

BOOST_AUTO_TEST_CASE(mistakes_have_their_place) {
  const auto text = Configuration::from_text("listen: 127.0.0.1:0\ndatabases: {x: {backend: host=h, poool: {}}}\n");
  BOOST_TEST(text.message().starts_with("configuration:2: databases.x.poool: "), text.message());
  BOOST_TEST(text.problems().front().line == 2);
  BOOST_TEST(Configuration::from_file("/none").message() == "/none: cannot be read: No such file or directory");
  BOOST_TEST(nowhere().read_again().has_value());
}

BOOST_AUTO_TEST_CASE(a_pooler_tells_where_it_listens_what_it_has_and_how_it_ended) {
  std::mutex mutex;
  std::set<std::string> events;
  std::promise<void> ready;
  {
    Pooler pooler(nowhere(), [&](LogLevel level, std::string_view line) {
      const std::lock_guard lock(mutex);
      events.insert((level == LogLevel::Info ? "info " : "") + std::string(line.substr(line.rfind(' ') + 1)));
    });
    BOOST_TEST(pooler.addresses().empty());
    BOOST_TEST(pooler.port() == 0);
    BOOST_TEST(!pooler.is_running());
    BOOST_TEST(!pooler.state().has_value());
    BOOST_TEST(pooler.reload().message() == "the pooler does not run");
    BOOST_TEST(pooler.wait_for_end(std::chrono::milliseconds(0)));
    pooler.on_ready([&ready] { ready.set_value(); });
    BOOST_REQUIRE(pooler.start());
    ready.get_future().wait();
    BOOST_TEST(pooler.is_running());
    BOOST_TEST(pooler.port() > 0);
    BOOST_TEST(pooler.addresses().front() == "127.0.0.1:" + std::to_string(pooler.port()));
    const auto state = pooler.state();
    BOOST_REQUIRE(state.has_value());
    BOOST_TEST(state->is_ready);
    BOOST_TEST(pooler.start().message() == "the pooler was started before");
    BOOST_TEST(pooler.reload().has_value());
    BOOST_TEST(!pooler.wait_for_end(std::chrono::milliseconds(0)));
    pooler.drain();
    pooler.wait_for_end();
    BOOST_TEST(!pooler.is_running());
    BOOST_TEST(!pooler.state().has_value());
    pooler.stop();
    BOOST_TEST(pooler.start().message() == "the pooler was started before");
  }
  BOOST_TEST(events.contains("info stopped"));
}

BOOST_AUTO_TEST_CASE(it_runs_on_a_thread_that_it_is_given) {
  Pooler pooler(nowhere());
  BOOST_REQUIRE(pooler.open());
  BOOST_TEST(pooler.port() > 0);
  pooler.stop();  // before run(), which then ends at once
  pooler.run();
  BOOST_TEST(!pooler.is_running());
  pooler.run();
  Pooler never_run(nowhere());
  BOOST_REQUIRE(never_run.open());
}

BOOST_AUTO_TEST_CASE(on_ready_may_end_it) {
  Pooler pooler(nowhere());
  pooler.on_ready([&pooler] { pooler.stop(); });
  BOOST_REQUIRE(pooler.start());
  pooler.wait_for_end();
}

BOOST_AUTO_TEST_CASE(an_address_that_is_taken_is_an_error_and_leaves_nothing) {
  Pooler first(nowhere());
  BOOST_REQUIRE(first.start());
  ConfigurationBuilder builder;
  builder.set_list({"listen"}, {"127.0.0.1:0", first.addresses().front()});
  builder.set({"databases", "x", "backend"}, "host=127.0.0.1 port=1");
  Pooler second(*builder.build());
  BOOST_TEST(second.start().message().starts_with("listen 127.0.0.1:"));
  BOOST_TEST(second.addresses().empty());
  BOOST_TEST(first.is_running());
}

// Under a sanitizer it says what leaks; a thousand are started by tests/live/test_library.py.
BOOST_AUTO_TEST_CASE(starts_and_stops_leave_no_descriptor_and_no_thread) {
  const auto round = [] {
    Pooler one(nowhere());
    Pooler other(nowhere());
    BOOST_REQUIRE(one.start());
    BOOST_REQUIRE(other.start());
    BOOST_TEST(one.state().has_value());
  };
  round();
  const auto descriptors = count_entries("/proc/self/fd");
  const auto threads = count_entries("/proc/self/task");
  for (int i = 0; i < 20; ++i) round();
  BOOST_TEST(count_entries("/proc/self/fd") == descriptors);
  BOOST_TEST(count_entries("/proc/self/task") == threads);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah
