// Howdah in memory, on one worker or as many as its settings say, with its clients and its backend, as a small language
// for tests:
//
//   Play play(one_pool(1));
//   auto& ann = play.log_in();
//   BOOST_TEST(ann.ask("SELECT 1") == "T D(1) C(SELECT 1) Z(I)");
//
// A client's `hears` and a server's `heard` give what came since the last call. Every send runs until nothing
// moves any more, unless the play is held.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "daemon/auth/secret_store.h"
#include "daemon/auth/server_secrets.h"
#include "daemon/client/admission.h"
#include "daemon/client/session_registry.h"
#include "tests/support/frontend_messages.h"
#include "tests/support/play/play_worker.h"
#include "tests/support/play/seeded_random.h"

namespace howdah::client {

// For messages of failed tests.
inline std::ostream& operator<<(std::ostream& out, Session::State state) {
  return out << "state " << static_cast<int>(state);
}

}  // namespace howdah::client

namespace howdah::tests {

// Database "shop" with a pool of this size, everybody is trusted, a BEGIN takes a server; change what the test is
// about.
[[nodiscard]] config::Settings one_pool(int max_size, config::PoolMode mode = config::PoolMode::Transaction);
[[nodiscard]] config::PoolSettings& pool_of(config::Settings& settings);

class Play;

class Client {
 public:
  Client(Play& play, PlayWorker& worker, std::uint64_t session_id, std::shared_ptr<FakeSocket> socket)
      : play_(play), worker_(worker), session_id_(session_id), socket_(std::move(socket)) {}

  Client& send(protocol::Bytes bytes);
  std::string hears();
  std::string ask(std::string_view text) { return send(query(text)).hears(); }
  // Bytes that came, as they are.
  std::string take_bytes();

  void half_close();
  void vanish();
  void reset();
  // Takes nothing from its kernel any more, which holds so much.
  void stop_reading(std::size_t kernel_bytes);
  void read_on();
  // A CancelRequest with this client's key, by a connection of its own, which is returned.
  Client& cancel();
  // Remembers the BackendKeyData in whole frames, for cancel.
  void note_keys(protocol::Bytes frames);

  [[nodiscard]] bool is_closed();
  [[nodiscard]] const client::Session* session() const;
  [[nodiscard]] client::Session::State state() const;
  [[nodiscard]] FakeSocket& socket() { return *socket_; }
  [[nodiscard]] client::SessionRegistry& registry() { return worker_.sessions; }
  [[nodiscard]] std::uint64_t session_id() const { return session_id_; }
  [[nodiscard]] ManualLoop& loop() { return worker_.loop; }
  [[nodiscard]] std::int32_t process_id() const { return process_id_; }

 private:
  friend class Play;
  bool take_replies();

  Play& play_;
  PlayWorker& worker_;
  std::uint64_t session_id_;
  std::shared_ptr<FakeSocket> socket_;
  std::string received_;
  bool is_reading_ = true;
  std::int32_t process_id_ = 0;
  std::string cancel_secret_;
};

class Play final : private auth::ErrandRunner, private stats::Gatherer {
 public:
  explicit Play(config::Settings settings = one_pool(1));
  ~Play();
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  // A connection that has said nothing yet; the workers take turns.
  Client& connect();
  // A client of another play, with what that one has handed out of it; null where it is not taken. Served from now on.
  Client* adopt(const client::HandedClient& handed, Client& client);
  // One that has sent its startup packet, and whatever came of it.
  Client& start_log_in(const std::string& user = "app", const std::string& database = "shop",
                       const std::vector<std::pair<std::string, std::string>>& settings = {});
  // One that is in; what it heard is forgotten.
  Client& log_in(const std::string& user = "app", const std::string& database = "shop",
                 const std::vector<std::pair<std::string, std::string>>& settings = {});

  // Those that the first worker has begun, by the order of the log-ins, from 1.
  FakeServer& server(std::size_t number) { return *backend.servers().at(number - 1); }
  std::string server_heard(std::size_t number) { return server(number).script().take_heard(); }
  ScriptedServer& script(std::size_t number) { return server(number).script(); }
  pool::Pool& pool(const std::string& database = "shop", const std::string& user = "app");

  // Moves everything until nothing moves. What is not automatic waits for the test.
  void run();
  void pass(worker::Duration duration);
  // On all workers alike: the time alone; and the time and what is due, with `between` behind each wake-up.
  void jump(worker::Duration duration);
  void fire_timers();
  void pass(worker::Duration duration, const std::function<void()>& between);
  // Every worker reads its letters; whether there were any.
  bool read_letters();
  void drain();
  void start_pools();
  [[nodiscard]] std::string log_text() const { return log_lines_; }
  [[nodiscard]] cancel::KeyRegistry& keys() { return keys_; }
  [[nodiscard]] pool::LedgerDirectory& ledgers() { return commons_.ledgers; }

  bool are_logins_automatic = true;
  bool are_cancels_automatic = true;
  bool are_passwords_automatic = true;
  bool is_max_size_lowered = false;        // while servers were busy
  bool is_held = false;                    // sends move nothing
  std::size_t portion = FakeSocket::kAll;  // most bytes of one read
  void check_passwords();

 private:
  friend class Client;
  std::shared_ptr<const config::Settings> settings_;
  std::string log_lines_;
  os::Log log_;
  SeededRandom random_;
  std::shared_ptr<const auth::SecretStore> secrets_;
  auth::ServerSecrets server_secrets_;
  client::Admission admission_;
  cancel::KeyRegistry keys_{random_};
  cancel::CancelDesk cancels_{keys_};
  cancel::PeerFigures peer_figures_;
  PlayCommons commons_;
  std::deque<PlayWorker> workers_;

 public:
  // Of the first worker, mostly the only one.
  ManualLoop& loop;
  FakeBackend& backend;
  [[nodiscard]] std::deque<PlayWorker>& workers() { return workers_; }
  // Of all workers; those that are gone too.
  [[nodiscard]] std::vector<FakeServer*> all_servers() const;

 private:
  bool step();
  bool step_clients();
  bool step_servers();
  bool complete_logins();
  void check_invariants() const;
  [[nodiscard]] bool run(auth::Errand errand, Done done) override;
  void gather(worker::Mailbox& asker, stats::Gathering::Done done) override;

  std::uint64_t connection_count_ = 0;
  std::deque<Client> clients_;
  std::deque<std::function<void()>> password_checks_;
};

}  // namespace howdah::tests
