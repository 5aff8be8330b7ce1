// A session that is made to move between two servers: others hold the one that it is not to get.
#pragma once

#include <string>

#include "tests/support/play/play.h"

namespace howdah::tests {

class TwoServers {
 public:
  explicit TwoServers(config::Settings settings = one_pool(2)) : play(std::move(settings)) {
    (void)one_.send(query("SLEEP h"));
    (void)two_.send(query("SLEEP h"));
    wake();
  }

  // What the client hears for these bytes when only server `number` is free for it.
  std::string on(std::size_t number, Client& client, protocol::Bytes bytes) {
    (void)(number == 1 ? two_ : one_).send(query("SLEEP h"));
    (void)play.server_heard(number);
    auto hears = client.send(bytes).hears();
    wake();
    return hears;
  }
  std::string on(std::size_t number, protocol::Bytes bytes) { return on(number, ann, bytes); }
  std::string heard(std::size_t number) { return play.server_heard(number); }

  Play play;

 private:
  void wake() {
    for (const auto& server : play.backend.servers()) server->script().wake();
    play.run();
  }

  // Each has had a server of its own, and gets it again.
  Client& one_ = play.log_in();
  Client& two_ = play.log_in();

 public:
  Client& ann = play.log_in();
  Client& bob = play.log_in();
};

// Bind and Execute of a named statement.
inline std::string run_named(std::string_view name) {
  return tests::bind("", name) + execute();
}

}  // namespace howdah::tests
