#include "daemon/pool/catalog_watch.h"

#include <boost/test/unit_test.hpp>

namespace howdah::pool {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr worker::TimePoint kStart{std::chrono::hours(1)};

protocol::CatalogReading::Telling telling(const std::string& name) {
  protocol::CatalogReading::Telling found;
  found.names[name].always.kinds.add(protocol::StateKind::AdvisoryLock);
  return found;
}

void read(CatalogWatch& watch, const std::string& name, std::uint64_t digest, worker::TimePoint now = kStart) {
  const auto reading = watch.begin_reading(now);
  BOOST_REQUIRE(reading.has_value());
  watch.end_reading(*reading, telling(name), digest, now);
}

void change(CatalogWatch& watch) {
  watch.begin_change("create table t()");
  watch.end_change();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(catalog_watch)

BOOST_AUTO_TEST_CASE(until_something_is_known_each_new_server_reads) {
  CatalogWatch watch({});
  const auto first = watch.begin_reading(kStart);
  BOOST_REQUIRE(first.has_value());
  read(watch, "one", 1);
  BOOST_TEST(!watch.is_due(kStart));
  BOOST_TEST(watch.names()->size() == 1U);
  watch.end_reading(*first, telling("two"), 1, kStart);
  BOOST_TEST(!watch.is_uncertain());
}

BOOST_AUTO_TEST_CASE(what_was_learned_tells_whatever_the_catalog_says) {
  config::StateSettings settings;
  settings.read_catalog = false;
  CatalogWatch unread(settings);
  unread.learn({"hidden"});
  BOOST_REQUIRE(unread.names() != nullptr);
  BOOST_TEST(unread.names()->is_in("select HIDDEN()"));

  CatalogWatch watch({});
  watch.learn({"hidden", "one"});
  read(watch, "one", 1);
  const auto version = watch.version();
  watch.learn({"hidden"});
  BOOST_TEST(watch.version() == version);
  BOOST_TEST(watch.names()->size() == 2U);
  const auto* one = watch.names()->find("one");
  BOOST_REQUIRE(one != nullptr);
  BOOST_TEST(one->always.kinds.has(protocol::StateKind::AdvisoryLock));
  BOOST_TEST(one->always.kinds.has(protocol::StateKind::CodeBlock));
}

BOOST_AUTO_TEST_CASE(it_is_read_again_after_a_while_and_the_same_is_no_news) {
  CatalogWatch watch({.catalog_refresh = seconds(60)});
  read(watch, "one", 1);
  const auto version = watch.version();
  BOOST_TEST(!watch.is_due(kStart + seconds(59)));
  BOOST_TEST(watch.is_due(kStart + seconds(60)));
  const auto reading = watch.begin_reading(kStart + seconds(60));
  BOOST_TEST((reading->digest == 1U));
  BOOST_TEST(!watch.begin_reading(kStart + seconds(60)).has_value());
  watch.end_reading(*reading, std::nullopt, 1, kStart + seconds(60));
  BOOST_TEST(watch.version() == version);
  BOOST_TEST(!watch.is_due(kStart + seconds(119)));
}

BOOST_AUTO_TEST_CASE(from_a_change_to_what_was_read_behind_it_nothing_is_certain) {
  CatalogWatch watch({.catalog_refresh = seconds(0)});
  read(watch, "one", 1);
  BOOST_TEST(!watch.is_due(kStart + std::chrono::hours(1)));
  watch.begin_change("create function f() as $$ set new.name = 1 $$");
  BOOST_TEST(watch.is_uncertain());
  BOOST_TEST(!watch.is_due(kStart));
  BOOST_TEST(watch.settings().custom.contains("new.name"));
  watch.end_change();
  BOOST_TEST(watch.is_uncertain());
  const auto reading = watch.begin_reading(kStart);
  watch.begin_change("create function f() as $$ set new.name = 1 $$");
  watch.end_change();
  watch.end_reading(*reading, std::nullopt, 1, kStart);
  BOOST_TEST(watch.is_uncertain());
  read(watch, "two", 2);
  BOOST_TEST(!watch.is_uncertain());
  BOOST_TEST(watch.settings().custom.empty());
  BOOST_TEST(watch.names()->find("two") != nullptr);
}

BOOST_AUTO_TEST_CASE(changes_while_it_is_read_begin_no_second_reading) {
  CatalogWatch watch({});
  read(watch, "one", 1);
  change(watch);
  const auto reading = watch.begin_reading(kStart);
  BOOST_REQUIRE(reading.has_value());
  change(watch);
  BOOST_TEST(!watch.is_due(kStart));
  BOOST_TEST(!watch.begin_reading(kStart).has_value());
  watch.end_reading(*reading, std::nullopt, 1, kStart);
  BOOST_TEST(watch.is_uncertain());
  BOOST_TEST(watch.is_due(kStart));
}

BOOST_AUTO_TEST_CASE(readings_take_a_quarter_of_the_time_of_one_server_however_many_changes_there_are) {
  CatalogWatch watch({});
  read(watch, "one", 1);
  change(watch);
  const auto reading = watch.begin_reading(kStart);
  const auto end = kStart + milliseconds(100);
  watch.end_reading(*reading, std::nullopt, 1, end);
  change(watch);
  BOOST_TEST(!watch.is_due(end + milliseconds(299)));
  BOOST_TEST(watch.is_uncertain());
  BOOST_TEST(watch.is_due(end + milliseconds(300)));
}

BOOST_AUTO_TEST_CASE(without_an_answer_everything_tells_and_it_is_tried_again) {
  CatalogWatch watch({});
  BOOST_TEST(watch.begin_reading(kStart).has_value());
  watch.fail_reading(kStart);
  BOOST_TEST(watch.names()->is_everything());
  BOOST_TEST(!watch.is_due(kStart));
  read(watch, "one", 1, kStart + seconds(1));
  BOOST_TEST(!watch.names()->is_everything());
}

BOOST_AUTO_TEST_CASE(what_calls_nextval_is_told_once_somebody_reads_its_values) {
  auto found = telling("one");
  found.names_with_sequences = found.names;
  found.names_with_sequences["nextval"].always.kinds.add(protocol::StateKind::SequenceValue);
  CatalogWatch watch({});
  watch.end_reading(*watch.begin_reading(kStart), found, 1, kStart);
  BOOST_TEST(watch.names()->find("nextval") == nullptr);
  BOOST_TEST(!watch.names()->tells_of_sequences());
  const auto version = watch.version();
  BOOST_TEST(watch.note_sequence_reader());
  BOOST_TEST(watch.version() > version);
  BOOST_TEST(watch.reads_sequences());
  BOOST_TEST(watch.names()->find("nextval") != nullptr);
  BOOST_TEST(watch.names()->find("one") != nullptr);
  BOOST_TEST(watch.names()->tells_of_sequences());
}

BOOST_AUTO_TEST_CASE(who_does_not_care_for_values_of_sequences_is_told_nothing) {
  CatalogWatch watch({.sequence_values = config::SequencePolicy::Ignore});
  BOOST_TEST(!watch.note_sequence_reader());
  BOOST_TEST(watch.names() == nullptr);
  CatalogWatch pinning({.read_catalog = false, .sequence_values = config::SequencePolicy::Pin});
  BOOST_TEST(pinning.names()->find("insert") != nullptr);
}

BOOST_AUTO_TEST_CASE(a_pool_may_do_without) {
  CatalogWatch watch({.read_catalog = false});
  BOOST_TEST(!watch.begin_reading(kStart).has_value());
  BOOST_TEST(!watch.is_uncertain());
}

BOOST_AUTO_TEST_CASE(other_settings_hold_at_once) {
  config::StateSettings settings;
  settings.catalog_refresh = config::Milliseconds(0);
  CatalogWatch watch(settings);
  read(watch, "one", 1);
  BOOST_TEST(!watch.is_due(kStart + std::chrono::hours(1)));
  settings.catalog_refresh = seconds(10);
  watch.adopt(settings);
  BOOST_TEST(watch.is_due(kStart));
  read(watch, "one", 1);
  watch.adopt(settings);
  BOOST_TEST(!watch.is_due(kStart + seconds(9)));
  BOOST_TEST(watch.is_due(kStart + seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_catalog_that_is_not_to_be_read_any_more_is_forgotten) {
  config::StateSettings settings;
  CatalogWatch watch(settings);
  const auto late = watch.begin_reading(kStart);
  read(watch, "one", 1);
  settings.read_catalog = false;
  watch.adopt(settings);
  BOOST_TEST(watch.names() == nullptr);
  watch.end_reading(*late, telling("one"), 1, kStart);
  BOOST_TEST(watch.names() == nullptr);
  BOOST_TEST(!watch.is_due(kStart + std::chrono::hours(1)));
  settings.read_catalog = true;
  watch.adopt(settings);
  BOOST_TEST(watch.is_due(kStart));
  read(watch, "one", 1);
  BOOST_TEST(watch.names()->size() == 1U);
}

BOOST_AUTO_TEST_CASE(who_pins_for_sequences_from_now_on_has_their_users_looked_for) {
  config::StateSettings settings;
  CatalogWatch watch(settings);
  settings.sequence_values = config::SequencePolicy::Pin;
  watch.adopt(settings);
  BOOST_TEST(watch.reads_sequences());
  BOOST_REQUIRE(watch.names() != nullptr);
  BOOST_TEST(watch.names()->is_in("select nextval('s')"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::pool
