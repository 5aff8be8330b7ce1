#include "daemon/stats/gathering.h"

#include <boost/test/unit_test.hpp>

namespace howdah::stats {

namespace {

PoolSnapshot part_of_shop(int active, int idle, int in_all) {
  PoolSnapshot pool;
  pool.database = "shop";
  pool.user = "app";
  pool.settings.max_size = 6;
  pool.servers_active = active;
  pool.servers_idle = idle;
  pool.servers_in_all = in_all;
  pool.statements = 5;
  pool.totals.transactions = 10;
  return pool;
}

FiguresPointer gathered(std::vector<WorkerFigures> parts) {
  FiguresPointer whole;
  Gathering gathering(parts.size(), GatheredFigures({}, nullptr), [&](FiguresPointer figures) { whole = figures; });
  for (auto& part : parts) {
    BOOST_TEST(whole == nullptr);
    gathering.add(std::move(part));
  }
  BOOST_REQUIRE(whole != nullptr);
  return whole;
}

WorkerFigures with(PoolSnapshot pool) {
  WorkerFigures figures;
  figures.clients_accepted = 2;
  figures.pools.push_back(std::move(pool));
  return figures;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(gathering)

BOOST_AUTO_TEST_CASE(what_workers_have_of_one_pool_is_added_and_what_is_the_pools_is_not) {
  const auto snapshot = gathered({with(part_of_shop(2, 1, 6)), with(part_of_shop(2, 1, 6))})->snapshot();
  BOOST_TEST(snapshot.clients_accepted == 4U);
  BOOST_REQUIRE(snapshot.pools.size() == 1U);
  const auto& pool = snapshot.pools.front();
  BOOST_TEST(pool.servers_active == 4);
  BOOST_TEST(pool.servers_idle == 2);
  BOOST_TEST(pool.totals.transactions == 20U);
  BOOST_TEST(pool.settings.max_size == 6);
  BOOST_TEST(pool.statements == 5);
}

BOOST_AUTO_TEST_CASE(a_server_that_moves_meanwhile_counts_once) {
  BOOST_TEST(gathered({with(part_of_shop(2, 0, 6)), with(part_of_shop(3, 0, 6))})->snapshot().pools[0].servers_active ==
             6);
  BOOST_TEST(gathered({with(part_of_shop(4, 0, 6)), with(part_of_shop(3, 0, 6))})->snapshot().pools[0].servers_active ==
             6);
  auto one = with(part_of_shop(1, 0, 1));
  one.servers.resize(1);
  one.servers.front().id = 7;
  auto two = one;
  BOOST_TEST(gathered({std::move(one), std::move(two)})->servers().size() == 1U);
}

BOOST_AUTO_TEST_CASE(pools_clients_and_servers_are_told_in_order) {
  auto one = with(part_of_shop(0, 1, 1));
  auto two = with(part_of_shop(0, 1, 1));
  one.pools.front().database = "zoo";
  one.clients.resize(1);
  one.clients.front().id = 9;
  two.clients.resize(1);
  two.clients.front().id = 3;
  const auto whole = gathered({std::move(one), std::move(two)});
  BOOST_TEST(whole->snapshot().pools.front().database == "shop");
  BOOST_TEST(whole->clients().front().id == 3U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace howdah::stats
