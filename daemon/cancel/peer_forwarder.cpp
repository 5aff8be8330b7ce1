#include "daemon/cancel/peer_forwarder.h"

#include <algorithm>
#include <utility>

#include "config/listen_address.h"

namespace howdah::cancel {

using Kind = PeerCallResult::Kind;

// What a stranger makes up may name a peer too: that costs a connection, of which there are few.
bool PeerForwarder::take(const protocol::CancelRequest& request, const CancelHold& hold) {
  const auto settings = environment_.live.current();
  const int number = instance_of(request.key);
  const bool is_meant = settings->instance != 0 && number != settings->instance && !settings->peers_secret.empty() &&
                        request.key.size() <= protocol::kMostPeerKeyBytes &&
                        settings->peers.contains(std::to_string(number));
  if (!is_meant) return false;
  PeerCall::Content content{.from = settings->instance,
                            .to = number,
                            .secret = protocol::SecretText(settings->peers_secret),
                            .cancel = request,
                            .hold = hold};
  environment_.mailbox.post([this, content = std::move(content)]() mutable { begin(std::move(content)); });
  return true;
}

void PeerForwarder::begin(PeerCall::Content content) {
  const int number = content.to;
  auto& peer = peers_[number];
  if (peer.waiting.size() >= kMostWaiting) return count(number, peer, {Kind::Failed, "too many wait for it"});
  peer.waiting.push_back(
      std::make_unique<PeerCall>(environment_.call, std::move(content), static_cast<PeerCallOwner&>(*this)));
  go_on(number);
}

void PeerForwarder::go_on(int number) {
  auto& peer = peers_[number];
  while (!peer.waiting.empty() && peer.under_way.size() < kMostAtATime && has_places(number, peer)) {
    auto& call = *peer.under_way.emplace_back(std::move(peer.waiting.front()));
    peer.waiting.pop_front();
    call.start(peer.places);
  }
  show(number, peer);
}

bool PeerForwarder::has_places(int number, Peer& peer) {
  const auto settings = environment_.live.current();
  const auto named = settings->peers.find(std::to_string(number));
  if (named == settings->peers.end()) {
    give_up_waiting(number, "it is no peer any more");
    return false;
  }
  const auto now = environment_.call.agenda.now();
  const bool is_fresh = peer.address == named->second.address && now - peer.looked_up_at < kPlacesTtl;
  if (is_fresh && !peer.places.empty()) return true;
  if (peer.is_looked_up) return false;
  peer.address = named->second.address;
  const auto address = config::parse_listen_address(peer.address);
  if (!address) return false;  // the configuration has none such
  if (auto places = places_at_once(*address)) {
    peer.places = *std::move(places);
    peer.looked_up_at = now;
    return true;
  }
  look_up(number, peer, *address);
  return false;
}

void PeerForwarder::look_up(int number, Peer& peer, const config::ListenAddress& address) {
  peer.is_looked_up = true;
  const auto work = [this, number, address, text = peer.address] {
    environment_.mailbox.post([this, number, text, places = environment_.look_up(address)]() mutable {
      take_places(number, text, std::move(places));
    });
  };
  if (environment_.run_on_thread(work)) return;
  peer.is_looked_up = false;
  give_up_waiting(number, "too many look-ups are under way");
}

void PeerForwarder::take_places(int number, const std::string& address, Places places) {
  auto& peer = peers_[number];
  peer.is_looked_up = false;
  if (!places) return give_up_waiting(number, places.error());
  if (address == peer.address) {
    peer.places = *std::move(places);
    peer.looked_up_at = environment_.call.agenda.now();
  }
  go_on(number);
}

void PeerForwarder::give_up_waiting(int number, const std::string& why) {
  auto& peer = peers_[number];
  while (!peer.waiting.empty()) peer.waiting.front()->give_up(why);
}

void PeerForwarder::on_call_over(PeerCall& call, const PeerCallResult& result) {
  const int number = call.peer();
  auto& peer = peers_[number];
  const auto bury_from = [&](auto& calls) {
    const auto found = std::ranges::find(calls, &call, &std::unique_ptr<PeerCall>::get);
    if (found == calls.end()) return false;
    environment_.call.agenda.bury(std::shared_ptr<PeerCall>(std::move(*found)));
    calls.erase(found);
    return true;
  };
  const bool was_under_way = bury_from(peer.under_way);
  if (!was_under_way) bury_from(peer.waiting);
  count(number, peer, result);
  if (was_under_way) return go_on(number);
  show(number, peer);
}

void PeerForwarder::count(int number, Peer& peer, const PeerCallResult& result) {
  const bool is_failure = result.kind != Kind::Done;
  environment_.figures.change(number, [&](PeerCounts& counts) {
    auto& one = result.kind == Kind::Done      ? counts.forwarded
                : result.kind == Kind::Refused ? counts.refused
                                               : counts.failed;
    ++one;
    if (is_failure) counts.last_failure = result.why;
  });
  const auto now = environment_.call.agenda.now();
  if (peer.is_failing == is_failure || (is_failure && now < peer.quiet_until)) return;
  peer.is_failing = is_failure;
  if (is_failure) {
    peer.quiet_until = now + kQuiet;
    environment_.log.warning("cancels are not forwarded",
                             {{"peer", number}, {"address", peer.address}, {"error", result.why}});
  } else {
    environment_.log.info("cancels are forwarded again", {{"peer", number}, {"address", peer.address}});
  }
}

void PeerForwarder::show(int number, const Peer& peer) {
  environment_.figures.change(number, [&](PeerCounts& counts) {
    counts.under_way = static_cast<int>(peer.under_way.size());
    counts.waiting = static_cast<int>(peer.waiting.size());
  });
}

}  // namespace howdah::cancel
