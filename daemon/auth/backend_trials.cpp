#include "daemon/auth/backend_trials.h"

#include <algorithm>
#include <utility>

#include "config/serving_entry.h"
#include "daemon/server/connection_string.h"
#include "daemon/server/wanted_server.h"
#include "protocol/sqlstate.h"

namespace howdah::auth {

namespace sqlstate = protocol::sqlstate;

namespace {

constexpr auto kPauseWithoutHost = std::chrono::milliseconds(500);

DatabaseUser name_of(const BackendLogin& login) {
  return {.database = login.database, .user = login.user};
}

bool names_user(const config::DatabaseSettings& entry) {
  const auto keywords = server::read_connection_string(entry.backend);
  return keywords && keywords->contains("user");
}

}  // namespace

class BackendTrials::Trial final : private server::LoginHandler {
 public:
  Trial(BackendTrials& trials, Wish wish)
      : trials_(trials),
        wish_(std::move(wish)),
        give_up_at_(trials.environment_.agenda.now() + wish_.entry->pool.acquire_timeout) {}

  void start() {
    const server::BackendTarget target{.connection_string = wish_.entry->backend,
                                       .user = wish_.login.user,
                                       .database = wish_.login.database,
                                       .password = wish_.login.password,
                                       .is_overriding = true};
    login_ = trials_.environment_.connector.start(target, wish_.entry->pool.connect_timeout, *this);
  }
  [[nodiscard]] const Wish& wish() const { return wish_; }

 private:
  void on_login(std::expected<server::LoggedIn, protocol::ErrorFields> result) override {
    auto& agenda = trials_.environment_.agenda;
    const bool is_in_time = agenda.now() + kPauseWithoutHost < give_up_at_;
    if (result || !is_in_time || !may_be_there_soon(result.error())) return trials_.end(*this, std::move(result));
    agenda.bury(std::shared_ptr<server::PendingLogin>(std::move(login_)));
    agenda.arm_in(retry_timer_, kPauseWithoutHost);
  }

  // Of several hosts one may become what is wanted.
  [[nodiscard]] bool may_be_there_soon(const protocol::ErrorFields& error) const {
    if (error.sqlstate != sqlstate::kUnableToConnect && error.sqlstate != sqlstate::kCannotConnectNow) return false;
    const auto keywords = server::read_connection_string(wish_.entry->backend);
    return keywords && server::may_change_hosts(*keywords);
  }

  BackendTrials& trials_;
  Wish wish_;
  const worker::TimePoint give_up_at_;
  std::unique_ptr<server::PendingLogin> login_;
  worker::MethodTimer<Trial, &Trial::start> retry_timer_{*this};
};

BackendTrials::BackendTrials(Environment environment) : environment_(std::move(environment)) {}

BackendTrials::~BackendTrials() = default;

bool BackendTrials::run(BackendLogin login, Done done) {
  Wish wish{.login = std::move(login), .done = std::move(done)};
  const auto* entry = config::serving_entry(*environment_.settings, wish.login.database);
  if (entry == nullptr) return pretend(std::move(wish));
  wish.entry = EntryPointer(environment_.settings, entry);
  if (lanes_[entry->name].waiting.size() >= kMostWaiting) return false;
  const auto known = environment_.remembered.verifier(name_of(wish.login), environment_.agenda.now());
  if (known) return compare(std::move(wish), *known);
  wait(std::move(wish));
  return true;
}

// A wrong one is for the backend to judge: it may have been changed there.
bool BackendTrials::compare(Wish wish, const protocol::ScramVerifier& verifier) {
  return environment_.hash([this, wish = std::move(wish), verifier, &mailbox = environment_.mailbox] {
    const bool is_right = protocol::derive_scram_keys(wish.login.password.view(), verifier.challenge) == verifier.keys;
    mailbox.post([this, wish, is_right] { is_right ? wish.done(Answer{.is_right = true}) : wait(wish); });
  });
}

// Nobody serves the database, which is not to be told yet.
bool BackendTrials::pretend(Wish wish) {
  return environment_.hash([wish = std::move(wish), challenge = fresh_challenge(), &mailbox = environment_.mailbox] {
    std::ignore = protocol::derive_scram_keys(wish.login.password.view(), challenge);
    mailbox.post([wish] { wish.done(Answer{.log_detail = "no entry serves the database"}); });
  });
}

void BackendTrials::wait(Wish wish) {
  const auto lane_name = wish.entry->name;
  lanes_[lane_name].waiting.push_back(std::move(wish));
  begin_more(lane_name);
}

void BackendTrials::begin_more(const std::string& lane_name) {
  auto& lane = lanes_[lane_name];
  while (!lane.waiting.empty() && lane.running < kMostAtATime) {
    ++lane.running;
    auto& trial = *trials_.emplace_back(std::make_unique<Trial>(*this, std::move(lane.waiting.front())));
    lane.waiting.pop_front();
    trial.start();
  }
}

void BackendTrials::end(Trial& trial, std::expected<server::LoggedIn, protocol::ErrorFields> result) {
  const auto answer = judge(trial.wish(), result);
  if (result) environment_.agenda.bury(std::shared_ptr<io::Stream>(std::move(result->stream)));
  const auto done = trial.wish().done;
  const auto lane_name = trial.wish().entry->name;
  const auto found = std::ranges::find(trials_, &trial, &std::unique_ptr<Trial>::get);
  environment_.agenda.bury(std::shared_ptr<Trial>(std::move(*found)));
  trials_.erase(found);
  --lanes_[lane_name].running;
  begin_more(lane_name);
  done(answer);
}

// A backend that lets us in without the password has not judged it.
Answer BackendTrials::judge(const Wish& wish, std::expected<server::LoggedIn, protocol::ErrorFields>& result) {
  const auto& login = wish.login;
  if (result && result->has_used_password) {
    remember(wish);
    return {.is_right = true};
  }
  if (result) {
    environment_.log.warning("the backend asks for no password, so the method backend lets nobody in",
                             {{"database", login.database}, {"user", login.user}, {"address", result->address}});
    return {.log_detail = "the backend asks for no password"};
  }
  const auto& error = result.error();
  if (error.sqlstate == sqlstate::kInvalidPassword) return {};
  if (error.sqlstate == sqlstate::kInvalidAuthorization) return {.log_detail = error.message};
  if (error.sqlstate != sqlstate::kUnableToConnect) return {.error = error};  // its own words
  environment_.log.warning("the backend that judges passwords cannot be reached",
                           {{"database", login.database}, {"error", error.message}});
  return {.error = protocol::make_error(protocol::Severity::Fatal, sqlstate::kUnableToConnect,
                                        "the backend that judges passwords cannot be reached")};
}

void BackendTrials::remember(const Wish& wish) {
  const auto& login = wish.login;
  const auto& entry = *wish.entry;
  const auto* serving = config::serving_entry(*environment_.settings, login.database);
  if (serving == nullptr || serving->backend != entry.backend) return;  // changed meanwhile
  const auto now = environment_.agenda.now();
  std::optional<protocol::SecretText> for_the_pool;
  if (!names_user(entry)) for_the_pool = login.password;
  if (!for_the_pool && entry.backend_auth_cache.count() == 0) return;
  const auto generation = environment_.remembered.keep(name_of(login), std::move(for_the_pool), now);
  if (entry.backend_auth_cache.count() == 0) return;
  auto work = [login, generation, challenge = fresh_challenge(), until = now + entry.backend_auth_cache,
               &remembered = environment_.remembered] {
    const auto keys = protocol::derive_scram_keys(login.password.view(), challenge);
    remembered.keep_verifier(name_of(login), generation, {.challenge = challenge, .keys = keys}, until);
  };
  std::ignore = environment_.hash(std::move(work));  // too busy: then the next log-in asks the backend
}

protocol::ScramChallenge BackendTrials::fresh_challenge() {
  return {.salt = os::random_bytes(environment_.random, protocol::kScramSaltBytes)};
}

}  // namespace howdah::auth
