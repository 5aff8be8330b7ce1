// The side of a takeover that takes: says when it could serve, and takes the clients of the process before it as they
// come. (messages.h) The first worker's thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/commons.h"
#include "daemon/io/packet_stream.h"
#include "daemon/serving_worker.h"
#include "daemon/takeover/cancel_exchange.h"
#include "daemon/takeover/client_record.h"
#include "daemon/takeover/inheritance.h"
#include "daemon/takeover/messages.h"

namespace howdah::takeover {

class TakerOwner {
 public:
  // Clients may come: the process before accepts none any more, or has ended.
  virtual void on_may_serve() = 0;
  // All that was to come has come.
  virtual void on_taken_over() = 0;
  // The process before goes on: this one has nothing to do.
  virtual void on_refused() = 0;

 protected:
  ~TakerOwner() = default;
};

class Taker final : private io::PacketHandler {
 public:
  struct Environment {
    worker::Worker& home;
    Commons& commons;
    std::vector<std::unique_ptr<ServingWorker>>& serving;
    TakerOwner& owner;
  };

  // Before the first pool is made: none grows before the process before has given its place.
  Taker(Inheritance inheritance, const Environment& environment);
  ~Taker();

  // This process could serve.
  void tell_ready();
  [[nodiscard]] bool is_over() const { return stage_ == Stage::Over; }

 private:
  enum class Stage { Starting, Ready, Taking, Over };

  void on_message(std::string message, io::UniqueFd fd) override;
  void on_closed() override;
  void on_connections(const Record& record);
  void on_secret(const Record& record);
  void on_go(const Record& record);
  void on_client(const Record& record, io::UniqueFd fd);
  void on_adopted(std::uint64_t id, ServingWorker& serving, const std::string& why_not);
  void decline(std::uint64_t id, const std::string& why);
  void begin_taking();
  void end(const char* how);

  Environment environment_;
  Stage stage_ = Stage::Starting;
  const int process_id_;
  std::size_t taken_ = 0;
  std::size_t declined_ = 0;
  std::unordered_map<std::uint64_t, ServingWorker*> telling_;  // taken, and the process before may not know yet
  KnownSettings settings_;
  CancelExchange cancels_;
  io::PacketStream stream_;
  std::shared_ptr<Taker*> ticket_ = std::make_shared<Taker*>(this);
};

}  // namespace howdah::takeover
