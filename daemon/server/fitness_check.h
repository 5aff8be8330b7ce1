// Asks a free server whether it is there and what the connection string asks for. Owned by the pool for as long as it
// takes; one worker's thread only.
#pragma once

#include <string>

#include "daemon/server/server_connection.h"
#include "daemon/server/tenant.h"
#include "daemon/server/wanted_server.h"
#include "daemon/worker/agenda.h"
#include "protocol/frame_walker.h"

namespace howdah::server {

class FitnessCheck;

class FitnessCheckOwner {
 public:
  // The server is leased to nobody, or closed (then its owner has heard of it already). The check may be buried now.
  virtual void on_fitness_checked(FitnessCheck& check) = 0;

 protected:
  ~FitnessCheckOwner() = default;
};

class FitnessCheck final : private OwnTenant {
 public:
  FitnessCheck(ServerConnection& server, worker::Agenda& agenda, WantedServer wanted, FitnessCheckOwner& owner);

  // Takes the lease over. `standing`: the pool's, of now.
  void begin(Standing standing);

  [[nodiscard]] ServerConnection& server() const { return server_; }
  enum class Finding {
    None,   // no answer that can be understood
    Fit,    // it answers, and is what is wanted
    Unfit,  // it answers, and is something else
  };
  [[nodiscard]] Finding finding() const { return finding_; }
  // What it has if it is fit.
  [[nodiscard]] Standing standing() const { return standing_; }
  // It was not asked because another one had been found unfit: if it is, that is news to the pool.
  [[nodiscard]] bool is_first() const { return is_first_; }
  // Because of something that it alone had told.
  [[nodiscard]] bool was_doubted_alone() const { return was_doubted_alone_; }

 private:
  void on_reply_bytes(protocol::Bytes bytes) override;
  void on_progress() override;
  void on_server_lost(bool /*was_told*/) override { end(); }

  void judge(protocol::Bytes row);
  void end();
  void on_time_up();

  ServerConnection& server_;
  worker::Agenda& agenda_;
  const WantedServer wanted_;
  FitnessCheckOwner& owner_;
  Standing standing_;
  bool is_first_ = false;
  bool was_doubted_alone_ = false;
  protocol::FrameWalker walker_{protocol::server_frame_rules()};
  std::string row_;
  Finding finding_ = Finding::None;
  worker::MethodTimer<FitnessCheck, &FitnessCheck::on_time_up> timer_{*this};
};

}  // namespace howdah::server
