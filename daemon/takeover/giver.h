// The side of a takeover that gives: tells a new process what it needs, hands the clients to it, one by one as soon as
// they may go, and ends when none is left. Until the new one is ready nothing changes; if it is lost before all clients
// are gone, this one goes on. (messages.h) The first worker's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/commons.h"
#include "daemon/doors.h"
#include "daemon/io/packet_stream.h"
#include "daemon/pool/ledger_directory.h"
#include "daemon/serving_worker.h"
#include "daemon/takeover/cancel_exchange.h"
#include "daemon/takeover/departures.h"
#include "daemon/takeover/messages.h"

namespace howdah::takeover {

class Giver;

class GiverOwner {
 public:
  // Empty where the process at this giver's other end may take this one's place now.
  [[nodiscard]] virtual std::string why_not_given(const Giver& giver) const = 0;
  // The new process serves from now on: no new clients here.
  virtual void on_giving() = 0;
  // It has died: all is as it was before.
  virtual void on_taken_back() = 0;
  // No client is left, or the time is over; the new process hears of it next.
  virtual void on_place_given(int process_id) = 0;
  // The end.
  virtual void on_given() = 0;
  // It does not speak to us any more, and lives: who is left here must end.
  virtual void on_broken_off() = 0;

 protected:
  ~GiverOwner() = default;
};

class Giver final : private io::PacketHandler {
 public:
  struct Environment {
    worker::Worker& home;
    Commons& commons;
    std::vector<std::unique_ptr<ServingWorker>>& serving;
    const Doors& doors;  // where clients come from
    GiverOwner& owner;
  };

  // `socket`: of a process that has asked. What it says is answered from now on.
  Giver(io::UniqueFd socket, const Environment& environment);
  ~Giver();

  // Nothing more will come of it: it may be destroyed.
  [[nodiscard]] bool is_over() const { return stage_ == Stage::Over; }
  // The other process was told that it may take the place.
  [[nodiscard]] bool has_offered() const { return stage_ != Stage::Asked && stage_ != Stage::Over; }

 private:
  enum class Stage {
    Asked,
    Offered,
    Giving,
    Lost,  // the connection, and perhaps the process
    Over,
  };

  void on_message(std::string message, io::UniqueFd fd) override;
  void on_closed() override;
  void on_hello(const Message& message);
  void refuse(const std::string& why);
  void begin_giving();
  void call_roll();
  void let_go();
  void send(const Message& message) { stream_.send(message.encoded()); }
  void tell_connections();
  void tell_secrets();
  void deliver(Departures::Client client);
  void on_answered(const Message& message, bool is_taken);
  void watch();
  void on_time_over();
  void on_second();
  void give_place();
  void look_after_lost();
  void end(Stage stage);

  Environment environment_;
  Stage stage_ = Stage::Asked;
  const int process_id_;
  const io::UniqueFd process_;  // see os::descriptor_of_process
  int silent_seconds_ = 0;      // in a row, with a client on its way
  worker::TimePoint look_until_{};
  std::size_t taken_ = 0;
  std::size_t declined_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> away_;  // clients on the way, and their workers
  std::vector<std::shared_ptr<Departures>> departures_;
  std::map<pool::PoolName, std::size_t> told_connections_;
  std::optional<CancelExchange> cancels_;
  io::PacketStream stream_;
  worker::MethodTimer<Giver, &Giver::watch> watch_timer_{*this};
  worker::MethodTimer<Giver, &Giver::on_second> silence_timer_{*this};
  worker::MethodTimer<Giver, &Giver::on_time_over> limit_timer_{*this};
  worker::MethodTimer<Giver, &Giver::look_after_lost> lost_timer_{*this};
  std::shared_ptr<Giver*> ticket_ = std::make_shared<Giver*>(this);
};

}  // namespace howdah::takeover
