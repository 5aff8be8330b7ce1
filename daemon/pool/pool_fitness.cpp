// How a pool finds out that servers are no more what its connection string asks for: the primary has moved, or its
// machine is gone. Asked are only those of which something has raised a doubt: an error that says "read-only", a
// parameter that the server reports, the loss of another server.
#include <algorithm>

#include "daemon/pool/login_attempt.h"
#include "daemon/pool/pool.h"

namespace howdah::pool {

using server::FitnessCheck;
using server::ServerConnection;
using server::ServerId;
using server::Standing;
using server::WantedServer;

namespace {

constexpr auto kBetweenSuspicions = std::chrono::seconds(1);
// A client that may read only by its own will gets the same errors as one whose server is a standby.
constexpr auto kBetweenOwnDoubts = std::chrono::seconds(1);

}  // namespace

// --- the ledger

void PoolLedger::take_suspects(Letters& letters) {
  readings_ += take_all_idle(letters, [](PoolPart& part, const std::vector<ServerId>& ids) { part.on_suspected(ids); });
}

void PoolLedger::suspect(worker::TimePoint now) {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    is_suspicion_due_ = now - suspected_at_ < kBetweenSuspicions && suspected_at_ != worker::TimePoint{};
    if (is_suspicion_due_) return;
    suspected_at_ = now;
    take_suspects(letters);
  }
  post(std::move(letters));
}

void PoolLedger::suspect_again(worker::TimePoint now) {
  const auto is_due = [&] {
    const std::lock_guard lock(mutex_);
    return is_suspicion_due_ && now - suspected_at_ >= kBetweenSuspicions;
  };
  if (is_due()) suspect(now);
}

void PoolLedger::doubt(const std::string& host) {
  Letters letters;
  {
    const std::lock_guard lock(mutex_);
    auto next = standing();
    ++next.doubts;
    standing_.store(next, std::memory_order_relaxed);
    take_suspects(letters);
    for (const auto& part : parts_) {
      letters.emplace_back(part.mailbox, [told = part.part, host] { told->on_host_doubted(host); });
    }
  }
  post(std::move(letters));
}

// --- the part of one worker

bool Pool::check_doubted(ServerConnection& server) {
  const auto now = environment_.agenda.now();
  const bool is_doubted_alone = server.standing().doubts == Standing::kOwnDoubt;
  const bool is_too_early = is_doubted_alone && now < next_own_doubt_;
  if (wanted_ == WantedServer::Any || is_too_early) {
    server.set_standing(ledger_.standing());
    return false;
  }
  ledger_.begin_reading();
  check(server);
  return true;
}

void Pool::on_server_doubted(ServerConnection& server) {
  if (!ledger_.take_this_idle(part_, server.id())) return;  // else whoever gets it gives it back doubted
  if (!must_check(server)) place(server, ledger_.place(part_, server));
}

void Pool::check(ServerConnection& server) {
  auto& begun = *checks_.emplace_back(std::make_unique<FitnessCheck>(server, environment_.agenda, wanted_,
                                                                     static_cast<server::FitnessCheckOwner&>(*this)));
  begun.begin(ledger_.standing());
}

void Pool::on_suspected(const std::vector<ServerId>& ids) {
  for (const auto id : ids) {
    const auto found = servers_.find(id);
    found == servers_.end() ? ledger_.end_reading() : check(*found->second);  // else it has ended by itself
  }
  start_logins();
}

void Pool::on_fitness_checked(FitnessCheck& check) {
  const auto found = std::ranges::find(checks_, &check, &std::unique_ptr<FitnessCheck>::get);
  environment_.agenda.bury(std::shared_ptr<FitnessCheck>(std::move(*found)));
  checks_.erase(found);
  auto& server = check.server();
  const bool is_open = server.state() != ServerConnection::State::Closed;
  if (check.finding() == FitnessCheck::Finding::Fit && is_open) {
    if (check.was_doubted_alone()) next_own_doubt_ = environment_.agenda.now() + kBetweenOwnDoubts;
    server.set_standing(check.standing());
    release(server);
  } else if (is_open) {
    const bool is_unfit = check.finding() == FitnessCheck::Finding::Unfit;
    const bool is_news = is_unfit && check.is_first() && check.standing() == ledger_.standing();
    const auto host = server.address();
    server.close(is_unfit ? "not what target_session_attrs asks for" : "does not tell whether it is fit");
    if (is_news) ledger_.doubt(host);
  }
  ledger_.end_reading();
  start_logins();
}

void Pool::on_host_doubted(const std::string& host) {
  channels_.host().leave(host);
}

}  // namespace howdah::pool
