// What came of cancels between instances, counted for the console and the stats port. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace howdah::cancel {

// Of those that went to one peer.
struct PeerCounts {
  std::uint64_t forwarded = 0;  // done, as it says
  std::uint64_t refused = 0;    // by the peer
  std::uint64_t failed = 0;     // it could not be reached, or did not answer in time
  int under_way = 0;
  int waiting = 0;  // for one of those to end
  std::string last_failure = {};
};

// Of those that came from peers.
struct ReceivedCounts {
  std::uint64_t taken = 0;    // for a client of ours or for nobody
  std::uint64_t refused = 0;  // without a word: who sent them does not know the secret, or no rules
};

class PeerFigures {
 public:
  template <typename Change>
  void change(int peer, Change&& change) {
    const std::lock_guard lock(mutex_);
    change(peers_[peer]);
  }
  [[nodiscard]] PeerCounts of(int peer) const {
    const std::lock_guard lock(mutex_);
    const auto found = peers_.find(peer);
    return found == peers_.end() ? PeerCounts() : found->second;
  }
  void note_taken() {
    const std::lock_guard lock(mutex_);
    ++received_.taken;
  }
  void note_refused() {
    const std::lock_guard lock(mutex_);
    ++received_.refused;
  }
  [[nodiscard]] ReceivedCounts received() const {
    const std::lock_guard lock(mutex_);
    return received_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<int, PeerCounts> peers_;  // by number
  ReceivedCounts received_;
};

}  // namespace howdah::cancel
