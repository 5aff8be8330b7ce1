// Cancels whose keys name another instance, and the way to it. What it needs to connect is on one worker, its home; a
// peer that does not answer costs a few connections and a bounded queue. (protocol/peer_cancel.h)
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cancel/cancel_desk.h"
#include "daemon/cancel/peer_call.h"
#include "daemon/cancel/peer_figures.h"
#include "daemon/live_settings.h"
#include "daemon/os/log.h"
#include "daemon/worker/mailbox.h"

namespace howdah::cancel {

class PeerForwarder final : public Elsewhere, private PeerCallOwner {
 public:
  static constexpr std::size_t kMostAtATime = 16;  // of each peer
  static constexpr std::size_t kMostWaiting = 1000;
  // A name that was looked up is looked up again after this.
  static constexpr std::chrono::seconds kPlacesTtl{15};
  // The log tells of a peer's failures once in this time, whoever makes up keys to have it written.
  static constexpr std::chrono::minutes kQuiet{1};

  using Places = std::expected<std::vector<io::SocketAddress>, std::string>;
  struct Environment {
    LiveSettings& live;
    PeerFigures& figures;
    os::Log& log;
    worker::Mailbox& mailbox;  // of the home worker, like what follows
    PeerCall::Environment call;
    std::function<Places(const config::ListenAddress&)> look_up;         // blocks
    std::function<bool(std::function<void()> work)> run_on_thread = {};  // false: too much is being done there
  };
  explicit PeerForwarder(Environment environment) : environment_(std::move(environment)) {}

  [[nodiscard]] bool take(const protocol::CancelRequest& request, const CancelHold& hold) override;

 private:
  // On the home worker, as all that follows.
  struct Peer {
    std::deque<std::unique_ptr<PeerCall>> waiting = {};
    std::list<std::unique_ptr<PeerCall>> under_way = {};
    std::string address = {};  // that `places` are of
    std::vector<io::SocketAddress> places = {};
    worker::TimePoint looked_up_at{};
    bool is_looked_up = false;  // at the moment
    bool is_failing = false;    // and the log has it
    worker::TimePoint quiet_until{};
  };

  void begin(PeerCall::Content content);
  void go_on(int number);
  [[nodiscard]] bool has_places(int number, Peer& peer);
  void look_up(int number, Peer& peer, const config::ListenAddress& address);
  void take_places(int number, const std::string& address, Places places);
  void give_up_waiting(int number, const std::string& why);
  void on_call_over(PeerCall& call, const PeerCallResult& result) override;
  void count(int number, Peer& peer, const PeerCallResult& result);
  void show(int number, const Peer& peer);

  Environment environment_;
  std::map<int, Peer> peers_;
};

}  // namespace howdah::cancel
