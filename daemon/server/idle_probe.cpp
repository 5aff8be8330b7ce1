#include "daemon/server/idle_probe.h"

#include <utility>

namespace howdah::server {

namespace {

constexpr auto kLongest = std::chrono::seconds(5);

}  // namespace

IdleProbe::IdleProbe(ServerConnection& server, worker::Agenda& agenda, IdleProbeOwner& owner)
    : server_(server), agenda_(agenda), owner_(owner) {}

void IdleProbe::begin(const protocol::SettingNames& custom) {
  texts_ = server_.take_unasked_texts();
  settings_before_ = server_.settings();
  server_.lease_to(*this, ServerConnection::State::Cleaning);
  agenda_.arm_in(timer_, kLongest);
  server_.suspect_all(custom);
  io::OutputBatch batch;
  server_.begin_probe(batch, true);
  server_.write(batch);
}

// A probe that was refused leaves all that was asked for held.
void IdleProbe::on_progress() {
  if (server_.is_probing() || !server_.owed().is_settled()) return;
  has_answer_ = !server_.left_state().has(protocol::StateKind::CodeBlock);
  if (has_answer_) found_ = server_.left_state().first_name();
  if (has_answer_ && found_.empty() && server_.settings() != settings_before_) {
    found_ = protocol::state_kind_name(protocol::StateKind::Settings);
  }
  end();
}

void IdleProbe::end() {
  timer_.disarm();
  if (server_.state() == ServerConnection::State::Cleaning && server_.tenant() == this) server_.end_lease();
  owner_.on_idle_probed(*this);
}

void IdleProbe::on_time_up() {
  server_.close("not told in time what is left on it");
  end();
}

}  // namespace howdah::server
