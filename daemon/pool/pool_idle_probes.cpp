// With `state.probe: background` servers that were given back without having been asked are asked when nobody needs
// them. What is found was left by texts that tell nothing of it: they do from then on.
#include "daemon/pool/login_attempt.h"
#include "daemon/pool/pool.h"
#include "protocol/called_names.h"
#include "protocol/statement_pattern.h"

namespace howdah::pool {

using server::IdleProbe;
using server::ServerConnection;

namespace {

constexpr auto kIdleFor = std::chrono::milliseconds(100);
constexpr std::size_t kMostPatternBytes = 200;

}  // namespace

// One at a time, the one that was used the longest ago first.
void Pool::probe_idle() {
  if (settings_.state.probe != config::StateProbe::Background || idle_probe_ || is_anybody_waiting()) return;
  const auto now = environment_.agenda.now();
  for (const auto id : ledger_.idle_servers(part_)) {
    auto& server = *servers_.at(id);
    if (!server.has_unasked_texts() || now - server.idle_since() < kIdleFor) continue;
    if (!ledger_.take_this_idle(part_, id)) continue;
    ledger_.begin_reading();
    ++figures_.totals.probes;
    idle_probe_ = std::make_unique<IdleProbe>(server, environment_.agenda, static_cast<server::IdleProbeOwner&>(*this));
    return idle_probe_->begin({.custom = catalog().settings().custom});
  }
}

void Pool::on_idle_probed(IdleProbe& probe) {
  const auto ended = std::shared_ptr<IdleProbe>(std::move(idle_probe_));
  environment_.agenda.bury(ended);
  auto& server = probe.server();
  if (!probe.found().empty()) learn(probe);
  if (server.state() != ServerConnection::State::Closed) {
    const bool is_clean = probe.has_answer() && probe.found().empty();
    is_clean ? release(server) : clean_up(server, {.is_cancel_wanted = false, .is_discard_wanted = true});
  }
  ledger_.end_reading();
  start_logins();
  probe_idle();
}

void Pool::learn(const IdleProbe& probe) {
  ++figures_.totals.surprises;
  std::string patterns;
  std::set<std::string> names;
  for (const auto& text : probe.texts()) {
    if (!patterns.empty()) patterns += " | ";
    patterns += protocol::statement_pattern(text, kMostPatternBytes);
    names.merge(protocol::called_names(text));
  }
  environment_.log.warning("state left that no text had told of", {{"database", name_.database},
                                                                   {"server", probe.server().id()},
                                                                   {"kind", probe.found()},
                                                                   {"statements", patterns}});
  catalog().learn(names);
}

}  // namespace howdah::pool
