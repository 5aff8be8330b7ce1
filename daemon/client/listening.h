// What a session listens to, and who hears it: its own server, or the listener of its database, so that it needs no
// server while it waits. Notifications reach the session once each and in order, whoever hears them, since both hear
// the same ones in the same order: a marker says from where on the one stands for the other.
//
// At home: its own server hears. Away: the listener does. To be handed over: those channels that its own server
// listens to are heard by the listener from the marker on. To be fetched: the other way round; where that is part of a
// transaction, perhaps never, and of several markers the first that is heard counts.
// Owned by a session; one worker's thread. It moves no bytes.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "daemon/pool/channel_desk.h"
#include "protocol/notification.h"

namespace howdah::client {

class ListeningOwner {
 public:
  // The client may be told of it now, or as soon as it may be told anything. Dies when this returns.
  virtual void hear(protocol::Bytes frame) = 0;
  // The switch is over: is_switching() says no.
  virtual void on_switched() = 0;
  // Handing over was given up.
  virtual void on_handed_back() = 0;
  virtual void on_listener_lost() = 0;
  virtual void on_listening_again() = 0;

 protected:
  ~ListeningOwner() = default;
};

class Listening final : private pool::ChannelSubscriber {
 public:
  Listening(pool::ChannelDesk& desk, ListeningOwner& owner) : desk_(desk), owner_(owner) {}
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

  [[nodiscard]] bool is_away() const { return is_away_; }
  [[nodiscard]] const std::string& switch_channel() const { return desk_.switch_channel(); }
  // Half of a switch has been seen, or is sure to come.
  [[nodiscard]] bool is_switching() const { return is_handing_over_ || is_fetch_certain_ || has_half_; }

  // Its own server listens to these, and to the switch channel, and the session shall be away.
  void hand_over(const protocol::Channels& found);
  // Away, and stays so: the own server that is leased now shall hear from here on. The commands for that, which are a
  // transaction of their own (`is_certain`), or part of the client's.
  [[nodiscard]] std::string fetch(bool is_certain);
  // The client's transaction is over, and what it would have notified has come by if it was not rolled back.
  void end_transaction();
  // The listener does not answer, or is lost: the channels are heard as they were before.
  void give_up_handing_over();
  // The other half of a fetch will not come.
  void give_up_fetching();

  // A notification of its own server's; the whole message.
  void take_own(const protocol::Notification& notification, protocol::Bytes frame);

 private:
  void on_heard(const pool::HeardPointer& notification) override;
  void on_marker(std::string_view marker) override;
  void on_listener_lost() override;
  void on_listening_again() override { owner_.on_listening_again(); }

  void take_own_marker(std::string_view marker);
  void settle();
  void forget_markers();

  pool::ChannelDesk& desk_;
  ListeningOwner& owner_;
  bool is_away_ = false;
  protocol::Channels channels_;  // that the listener listens to for it
  protocol::Channels handed_;    // likewise, from the marker on
  std::set<std::string, std::less<>> markers_;
  bool is_handing_over_ = false;
  bool is_fetch_certain_ = false;
  bool has_half_ = false;  // a marker has been seen by one of the two
  bool has_own_seen_ = false;
  bool has_listener_seen_ = false;
  std::vector<std::string> held_;  // of who hears from the marker on, until the other one has come to it
  std::vector<std::string> late_;  // of its own server behind the marker: for nothing, once the listener has come to it
};

}  // namespace howdah::client
