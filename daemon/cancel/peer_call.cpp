#include "daemon/cancel/peer_call.h"

#include <algorithm>
#include <utility>

#include "daemon/io/output_batch.h"

namespace howdah::cancel {

using Kind = PeerCallResult::Kind;

namespace {

// It does not wait for an answer to its challenge: PostgreSQL says what it thinks of the first packet.
PeerCallResult no_peer() {
  return {Kind::Refused, "it is no howdah, or takes nothing from peers"};
}

}  // namespace

PeerCall::PeerCall(const Environment& environment, Content content, PeerCallOwner& owner)
    : environment_(environment), content_(std::move(content)), owner_(owner) {
  environment_.agenda.arm_in(timer_, kLongest);
}

PeerCall::~PeerCall() = default;

void PeerCall::start(std::vector<io::SocketAddress> places) {
  state_ = State::Connecting;
  places_ = std::move(places);
  std::ranges::reverse(places_);
  environment_.agenda.defer(next_work_);
}

void PeerCall::connect_next() {
  if (stream_) environment_.agenda.bury(std::shared_ptr<io::Stream>(std::move(stream_)));
  if (state_ != State::Connecting) return;
  if (places_.empty()) return end({Kind::Failed, failure_});
  const auto place = places_.back();
  places_.pop_back();
  auto stream = environment_.connect(place);
  if (!stream) {
    failure_ = stream.error();
    return environment_.agenda.defer(next_work_);
  }
  stream_ = *std::move(stream);
  stream_->set_handler(*this);
  stream_->set_reading(true);
  request_ = {.from = static_cast<std::uint8_t>(content_.from),
              .to = static_cast<std::uint8_t>(content_.to),
              .nonce = os::random_bytes(environment_.random, protocol::kPeerNonceBytes)};
  std::string packet;
  protocol::append_peer_request(packet, request_);
  send(packet);
}

// Goes out once the connection is there.
void PeerCall::send(protocol::Bytes bytes) {
  io::OutputBatch batch;
  batch.pass(bytes);
  stream_->write(batch);
}

std::size_t PeerCall::on_bytes(protocol::Bytes bytes) {
  switch (state_) {
    case State::Connecting:
      if (bytes.size() < protocol::kPeerNonceBytes) return 0;
      if (bytes.size() > protocol::kPeerNonceBytes) {
        end(no_peer());
      } else {
        prove(bytes);
      }
      break;
    case State::Proving:
      end(bytes.front() == protocol::kPeerDone ? PeerCallResult{} : no_peer());
      break;
    case State::Waiting:
    case State::Ended:
      break;
  }
  return bytes.size();
}

void PeerCall::prove(protocol::Bytes challenge) {
  state_ = State::Proving;
  send(protocol::PeerExchange(content_.secret, request_, challenge).seal(content_.cancel));
}

// Who hears our proof and closes does not believe it.
void PeerCall::on_end(io::StreamEnd stream_end) {
  switch (state_) {
    case State::Connecting:
      failure_ = stream_end == io::StreamEnd::Error ? "no connection" : "it closed the connection";
      environment_.agenda.defer(next_work_);
      return;
    case State::Proving:
      return end({Kind::Refused, "its secret or its number is another one"});
    case State::Waiting:
    case State::Ended:
      return;
  }
}

void PeerCall::on_time_over() {
  const auto* const what = state_ == State::Waiting      ? "those before it took too long"
                           : state_ == State::Connecting ? "no answer in time"
                                                         : "the cancel took too long";
  give_up(what);
}

void PeerCall::end(const PeerCallResult& result) {
  if (std::exchange(state_, State::Ended) == State::Ended) return;
  timer_.disarm();
  next_work_.cancel_deferred();
  if (stream_) environment_.agenda.bury(std::shared_ptr<io::Stream>(std::move(stream_)));
  owner_.on_call_over(*this, result);
  content_.hold.reset();  // who asked finds it counted
}

}  // namespace howdah::cancel
