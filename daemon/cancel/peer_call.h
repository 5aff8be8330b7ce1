// One cancel on its way to a peer: the sending side of protocol/peer_cancel.h over a stream. It tries the peer's
// addresses one after the other, until one answers; for kLongest in all, the time in the queue included. Owned by the
// PeerForwarder, on its worker.
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/cancel/cancel_hold.h"
#include "daemon/cancel/peer_places.h"
#include "daemon/io/stream.h"
#include "daemon/os/random.h"
#include "daemon/worker/agenda.h"
#include "protocol/peer_cancel.h"

namespace howdah::cancel {

class PeerCall;

struct PeerCallResult {
  enum class Kind { Done, Refused, Failed };
  Kind kind = Kind::Done;
  std::string why = {};
};

class PeerCallOwner {
 public:
  // It may be buried now, not destroyed.
  virtual void on_call_over(PeerCall& call, const PeerCallResult& result) = 0;

 protected:
  ~PeerCallOwner() = default;
};

class PeerCall final : private io::StreamHandler {
 public:
  static constexpr std::chrono::seconds kLongest{5};

  using Connect = std::function<std::expected<std::unique_ptr<io::Stream>, std::string>(const io::SocketAddress&)>;
  struct Environment {
    worker::Agenda& agenda;
    os::RandomSource& random;
    Connect connect;
  };
  struct Content {
    int from;
    int to;
    protocol::SecretText secret;
    protocol::CancelRequest cancel;
    CancelHold hold;  // let go of at the end
  };

  // Its time begins.
  PeerCall(const Environment& environment, Content content, PeerCallOwner& owner);
  ~PeerCall();
  PeerCall(const PeerCall&) = delete;
  PeerCall& operator=(const PeerCall&) = delete;

  [[nodiscard]] int peer() const { return content_.to; }
  // Once. The owner is not told of the end before this returns.
  void start(std::vector<io::SocketAddress> places);
  void give_up(std::string why) { end({PeerCallResult::Kind::Failed, std::move(why)}); }
  [[nodiscard]] bool is_started() const { return state_ != State::Waiting; }

 private:
  enum class State : std::uint8_t { Waiting, Connecting, Proving, Ended };

  [[nodiscard]] std::size_t on_bytes(protocol::Bytes bytes) override;
  void on_drained() override {}
  void on_end(io::StreamEnd end) override;
  void connect_next();
  void send(protocol::Bytes bytes);
  void prove(protocol::Bytes challenge);
  void on_time_over();
  void end(const PeerCallResult& result);

  const Environment& environment_;
  Content content_;
  PeerCallOwner& owner_;
  State state_ = State::Waiting;
  protocol::PeerRequest request_;
  std::vector<io::SocketAddress> places_;  // that are left to be tried, the next one behind
  std::string failure_;                    // of the last one that was
  std::unique_ptr<io::Stream> stream_;
  worker::MethodTimer<PeerCall, &PeerCall::on_time_over> timer_{*this};
  worker::MethodDeferred<PeerCall, &PeerCall::connect_next> next_work_{*this};
};

}  // namespace howdah::cancel
