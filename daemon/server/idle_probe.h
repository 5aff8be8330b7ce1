// Asks a free server what others have left on it of which no text had told. Owned by the pool for as long as it takes;
// one worker's thread only. (state_probe.h)
#pragma once

#include "daemon/io/output_batch.h"
#include "daemon/server/server_connection.h"
#include "daemon/server/tenant.h"
#include "daemon/worker/agenda.h"

namespace howdah::server {

class IdleProbe;

class IdleProbeOwner {
 public:
  // The server is leased to nobody, or closed (then its owner has heard of it already). The probe may be buried now.
  virtual void on_idle_probed(IdleProbe& probe) = 0;

 protected:
  ~IdleProbeOwner() = default;
};

class IdleProbe final : private OwnTenant {
 public:
  IdleProbe(ServerConnection& server, worker::Agenda& agenda, IdleProbeOwner& owner);

  // Takes the lease over. `custom`: settings that are asked for by name.
  void begin(const protocol::SettingNames& custom);

  [[nodiscard]] ServerConnection& server() const { return server_; }
  // The name of the first kind that should not be there; empty where there is none, or no answer.
  [[nodiscard]] std::string_view found() const { return found_; }
  [[nodiscard]] bool has_answer() const { return has_answer_; }
  // What has been run since it was asked before, the beginnings of texts.
  [[nodiscard]] const std::vector<std::string>& texts() const { return texts_; }

 private:
  void on_progress() override;
  void on_server_lost(bool /*was_told*/) override { end(); }

  void end();
  void on_time_up();

  ServerConnection& server_;
  worker::Agenda& agenda_;
  IdleProbeOwner& owner_;
  std::vector<std::string> texts_;
  protocol::SessionSettings settings_before_;
  std::string_view found_;
  bool has_answer_ = false;
  worker::MethodTimer<IdleProbe, &IdleProbe::on_time_up> timer_{*this};
};

}  // namespace howdah::server
