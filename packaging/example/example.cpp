// A program whose own PostgreSQL connections go through a pooler that runs inside of it: forty clients share four
// servers.
//   howdah_example "host=/run/postgresql dbname=postgres"
// (daemon/howdah.h)
#include <howdah.h>
#include <libpq-fe.h>

#include <atomic>
#include <future>
#include <iostream>
#include <thread>
#include <vector>

namespace {

constexpr int kClients = 40;
constexpr int kTransactions = 25;  // of each

howdah::Result<howdah::Configuration> configure(const std::string& backend) {
  howdah::ConfigurationBuilder builder;
  builder.set_list({"listen"}, {"127.0.0.1:0"});  // any free port
  builder.set({"databases", "shop", "backend"}, backend);
  builder.set({"databases", "shop", "pool", "max_size"}, "4");
  builder.set_yaml({"auth"}, "[{from: 127.0.0.1, users: [clerk], method: scram-sha-256}, {method: reject}]");
  builder.set({"users", "clerk", "password"}, "known to this program only");
  return builder.build();
}

// How many of its transactions have succeeded.
int work_as_client(const std::string& address) {
  PGconn* connection = PQconnectdb(address.c_str());
  int done = 0;
  for (int i = 0; i < kTransactions; ++i) {
    PGresult* result = PQexec(connection, "select pg_sleep(0.001)");
    if (PQresultStatus(result) == PGRES_TUPLES_OK) ++done;
    PQclear(result);
  }
  if (done < kTransactions) std::cerr << PQerrorMessage(connection);
  PQfinish(connection);
  return done;
}

void show(const howdah::PoolerState& state) {
  for (const auto& pool : state.pools) {
    const int servers = pool.servers_active + pool.servers_pinned + pool.servers_idle + pool.servers_cleaning;
    std::cout << pool.database << "/" << pool.user << ": " << pool.transactions << " transactions on " << servers
              << " servers\n";
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto configuration = configure(argc > 1 ? argv[1] : "");
  if (!configuration) {
    std::cerr << configuration.message() << '\n';
    return 2;
  }
  howdah::Pooler pooler(*configuration, [](howdah::LogLevel level, std::string_view line) {
    if (level >= howdah::LogLevel::Warning) std::cerr << line << '\n';
  });
  std::promise<void> ready;
  pooler.on_ready([&ready] { ready.set_value(); });
  if (const auto started = pooler.start(); !started) {
    std::cerr << started.message() << '\n';
    return 1;
  }
  ready.get_future().wait();
  std::cout << "howdah " << howdah::version() << " on port " << pooler.port() << '\n';

  const auto address = "host=127.0.0.1 port=" + std::to_string(pooler.port()) +
                       " dbname=shop user=clerk password='known to this program only'";
  std::atomic<int> done = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) clients.emplace_back([&] { done += work_as_client(address); });
  for (auto& client : clients) client.join();

  if (const auto state = pooler.state()) show(*state);
  pooler.drain();
  pooler.wait_for_end();
  std::cout << done << " of " << kClients * kTransactions << " transactions done\n";
  return done == kClients * kTransactions ? 0 : 1;
}
