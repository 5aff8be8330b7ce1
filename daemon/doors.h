// Where clients come in: all listening sockets, as the option `listen` has them. They can change while we run, all or
// none. What listens already where it is wanted stays as it is: nobody who connects to it notices anything.
//
// Sockets are told apart by where they are bound, not by the text of the configuration: "localhost:6432" takes over the
// one of "127.0.0.1:6432", and an address with port 0 keeps the port that it was given. One that was lent to us, by
// systemd, is served as long as we are.
//
// An address may take the place of another one at the same port, though the kernel lets no two programs do so:
// 127.0.0.1 that of 0.0.0.0 or the other way round. No client meets a closed port. The wider one goes a second after
// the narrower has come, with the connections that were half made; and a narrower one stays beside a wider one that
// comes. Both must have been opened by the same user: what root has opened for us cannot be narrowed while we run.
//
// The home worker's thread, but for names().
#pragma once

#include <expected>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/settings.h"
#include "daemon/io/inherited_listeners.h"
#include "daemon/io/listener.h"
#include "daemon/io/listening_socket.h"

namespace howdah {

class Doors {
 public:
  // All of it outlives this.
  explicit Doors(const io::Listener::Environment& environment) : environment_(environment) {}
  Doors(const Doors&) = delete;
  Doors& operator=(const Doors&) = delete;

  // The first time. Inherited sockets are taken where they are wanted. An error reads
  // "listen 0.0.0.0:6432: bind: Address already in use", and then nothing is open. Clients are accepted from the next
  // turn on.
  [[nodiscard]] std::expected<void, std::string> open(const std::vector<io::ListenPlace>& places,
                                                      io::InheritedListeners inherited,
                                                      const config::ClientSettings& settings);
  // Opens what is missing and closes what is no longer wanted: who has connected there already is accepted before. With
  // an error, as that of open(), nothing has changed. The log tells what came and went.
  [[nodiscard]] std::expected<void, std::string> change(const std::vector<io::ListenPlace>& places,
                                                        const config::ClientSettings& settings);
  // The socket options of who connects from now on; those that are there keep theirs.
  void change_options(const config::ClientSettings& before, const config::ClientSettings& now);

  // "127.0.0.1:6432" or "unix:/run/howdah/.s.PGSQL.6432", in the order of `listen`. Any thread.
  [[nodiscard]] std::vector<std::string> names() const;

  // For another process that takes our place: descriptors that stay ours.
  struct Lent {
    int fd = -1;
    std::string name;
    bool is_lent = false;  // to us already, by systemd
  };
  [[nodiscard]] std::vector<Lent> lend() const;
  // Nobody is accepted until resume(); who connects waits in the kernel. Both may be called again. What change() opens
  // meanwhile waits, too.
  void pause();
  void resume();

  // For good, as a destructor does.
  void close();
  // The same, but the files of Unix sockets stay, for who has them now.
  void leave_to_another();

 private:
  using ListenerPointer = std::unique_ptr<io::Listener>;
  struct Plan;

  [[nodiscard]] ListenerPointer* find_open(const Plan& plan, const io::SocketAddress& address);
  [[nodiscard]] Plan plan(const std::vector<io::ListenPlace>& places);
  [[nodiscard]] std::expected<void, std::string> carry_out(Plan plan, const config::ClientSettings& settings);
  void commit(Plan plan);
  void let_go(ListenerPointer listener, bool is_replaced);
  void end_lingering();

  const io::Listener::Environment environment_;
  std::vector<ListenerPointer> listeners_;
  std::vector<ListenerPointer> lingering_;  // no longer wanted, and replaced; they go with the timer
  worker::MethodTimer<Doors, &Doors::end_lingering> linger_timer_{*this};
  bool is_paused_ = false;
  bool is_closed_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> names_;  // under mutex_
};

}  // namespace howdah
