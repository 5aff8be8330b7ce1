#include "daemon/live_configuration.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "protocol/sqlstate.h"

namespace howdah {

namespace sqlstate = protocol::sqlstate;
using protocol::Severity;

namespace {

std::unexpected<admin::Outcome> refusal(std::string_view state, std::string message, std::string detail = {}) {
  auto error = protocol::make_error(Severity::Error, state, std::move(message));
  error.detail = std::move(detail);
  return std::unexpected(admin::Outcome{.errors = {std::move(error)}});
}

std::unexpected<admin::Outcome> unusable(std::string message, std::string detail) {
  return refusal(sqlstate::kInvalidParameterValue, std::move(message) + ": nothing was changed", std::move(detail));
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

void arm(worker::Agenda& agenda, worker::Timer& timer, config::Milliseconds interval) {
  interval.count() == 0 ? timer.disarm() : agenda.arm_in(timer, interval);
}

}  // namespace

void LiveConfiguration::start() {
  derive_keys();
  arm_look_timers();
}

auto LiveConfiguration::set(const std::string& option, const std::string& value) -> Outcome {
  auto changed = config::with_option(*environment_.commons.live.current(), option, value);
  if (!changed) return refusal(sqlstate::kInvalidParameterValue, changed.error()).error();
  environment_.commons.log.info("option set", {{"option", option}, {"value", value}});
  adopt(std::move(*changed), false);
  return {};
}

void LiveConfiguration::reload(Done done) {
  reloads_.push_back(std::move(done));
  if (reloads_.size() == 1) begin_reload();
}

void LiveConfiguration::begin_reload() {
  ++begun_reloads_;
  const auto work = [this] {
    environment_.home.post([this, read = read_ahead()]() mutable { end_reload(std::move(read)); });
  };
  if (environment_.threads.look_ups.submit(work)) return;
  end_reload(refusal(sqlstate::kConfigurationLimitExceeded, "too much is being looked up: try again"));
}

auto LiveConfiguration::read_ahead() -> Read {
  if (!source_.read) return open_ahead(*environment_.commons.settings);
  auto wanted = source_.read();
  if (wanted) return open_ahead(std::move(*wanted));
  std::string problems;
  for (const auto& problem : wanted.error()) problems += (problems.empty() ? "" : "\n") + problem.message();
  return unusable("the configuration has mistakes", problems);
}

auto LiveConfiguration::open_ahead(config::Settings settings) -> Read {
  const auto running = environment_.commons.live.current();
  Wanted wanted;
  auto tls = environment_.tls_files.read(settings.client.tls);
  if (!tls) return unusable("the files of client.tls cannot be used", tls.error());
  wanted.tls = std::move(*tls);
  if (settings.listen != running->listen) {
    auto places = io::find_places(settings.listen);
    if (!places) return unusable("listen cannot be changed", places.error());
    wanted.places = std::move(*places);
  }
  if (settings.admin.listen != running->admin.listen) {
    auto port = environment_.stats_door.open(settings.admin);
    if (!port) return unusable("the stats port cannot be opened", port.error());
    wanted.stats_port = std::move(*port);
  }
  wanted.settings = std::make_shared<const config::Settings>(std::move(settings));
  return wanted;
}

void LiveConfiguration::end_reload(Read read) {
  auto done = std::move(reloads_.front());
  reloads_.pop_front();
  auto outcome = read ? take(*read) : std::move(read.error());
  if (!outcome.errors.empty()) {
    const auto& error = outcome.errors.front();
    environment_.commons.log.warning("configuration not reloaded",
                                     {{"error", error.detail.empty() ? error.message : error.detail}});
  }
  done(std::move(outcome));
  if (!reloads_.empty()) begin_reload();
}

auto LiveConfiguration::take(const Wanted& wanted) -> Outcome {
  const auto before = environment_.commons.live.current();
  auto changes = config::live_changes(*before, *wanted.settings);
  if (wanted.places) {
    const auto changed = environment_.doors.change(*wanted.places, wanted.settings->client);
    if (!changed) return unusable("a listener cannot be opened", changed.error()).error();
  }
  auto outcome = tell(changes);
  const bool has_other_entries = changes.has_other_entries();
  const bool has_other_socket_options =
      std::ranges::any_of(changes.replaced, [](const std::string& path) { return path.starts_with("client.tcp_"); });
  if (!changes.is_empty()) adopt(std::move(changes.settings), has_other_entries);
  environment_.tls_files.use(wanted.tls);
  if (has_other_socket_options) environment_.doors.change_options(before->client, wanted.settings->client);
  use_stats_port(wanted, before->admin);
  return outcome;
}

auto LiveConfiguration::tell(const config::LiveChanges& changes) -> Outcome {
  const std::array lists{std::pair{"added", joined(changes.added)}, std::pair{"removed", joined(changes.removed)},
                         std::pair{"changed", joined(changes.changed)},
                         std::pair{"changed for new connections", joined(changes.replaced)},
                         std::pair{"changes only with a restart", joined(changes.need_restart)}};
  environment_.commons.log.info("configuration reloaded", {{"added", lists[0].second},
                                                           {"removed", lists[1].second},
                                                           {"changed", lists[2].second},
                                                           {"for_new_connections", lists[3].second},
                                                           {"need_restart", lists[4].second}});
  Outcome outcome;
  for (const auto& [what, paths] : lists) {
    if (paths.empty()) continue;
    outcome.notices.push_back(protocol::make_error(Severity::Notice, "00000", std::string(what) + ": " + paths));
  }
  return outcome;
}

void LiveConfiguration::use_stats_port(const Wanted& wanted, const config::AdminSettings& before) {
  if (wanted.stats_port) environment_.stats_door.use(*wanted.stats_port);
  const auto& token = wanted.settings->admin.token;
  if (token != before.token) environment_.stats_door.set_token(token);
}

void LiveConfiguration::adopt(config::Settings changed, bool has_other_entries) {
  auto& commons = environment_.commons;
  const auto before = commons.live.current();
  const auto settings = std::make_shared<const config::Settings>(std::move(changed));
  commons.live.publish(settings);
  commons.log.set_level(settings->log.level);
  commons.log.set_format(settings->log.format);
  environment_.threads.auth_queries.adopt(settings);
  if (has_other_entries) {
    secrets_ = std::make_shared<const auth::SecretStore>(*settings);
    derive_keys();
  }
  const Adoption adoption{.settings = settings, .secrets = secrets_, .has_other_entries = has_other_entries};
  for (const auto& serving : environment_.serving) {
    serving->worker().post([&told = *serving, adoption] { told.adopt(adoption); });
  }
  auto& first = *environment_.serving.front();
  first.worker().post([&first] { first.pools().start(); });
  const auto intervals = [](const config::Settings& of) {
    return std::pair(of.client.tls.reload_interval, of.reload_interval);
  };
  if (intervals(*before) != intervals(*settings)) arm_look_timers();
}

void LiveConfiguration::derive_keys() {
  std::ignore = environment_.threads.look_ups.submit([this, secrets = secrets_] {
    auto& commons = environment_.commons;
    const auto count = commons.server_secrets.derive_all(*secrets, environment_.threads.are_ending);
    commons.log.debug("SCRAM keys derived", {{"users", count}});
  });
}

// --- files that change by themselves

void LiveConfiguration::arm_look_timers() {
  const auto settings = environment_.commons.live.current();
  auto& agenda = environment_.home.agenda();
  arm(agenda, tls_timer_, settings->client.tls.reload_interval);
  arm(agenda, files_timer_, settings->reload_interval);
}

void LiveConfiguration::look_at_tls_files() {
  std::ignore = environment_.threads.look_ups.submit([this] { environment_.tls_files.look(); });
  arm(environment_.home.agenda(), tls_timer_, environment_.commons.live.current()->client.tls.reload_interval);
}

void LiveConfiguration::look_at_own_files() {
  arm(environment_.home.agenda(), files_timer_, environment_.commons.live.current()->reload_interval);
  if (!source_.find_change || !reloads_.empty()) return;
  std::ignore = environment_.threads.look_ups.submit([this, reloads_before = begun_reloads_] {
    const auto path = source_.find_change();
    if (!path) return;
    environment_.home.post([this, path = *path, reloads_before] { on_own_files_changed(path, reloads_before); });
  });
}

// Unless a reload that has begun meanwhile has seen the change too.
void LiveConfiguration::on_own_files_changed(const std::string& path, std::uint64_t reloads_before) {
  if (begun_reloads_ != reloads_before) return;
  environment_.commons.log.info("configuration file changed", {{"file", path}});
  reload([](const Outcome&) {});
}

}  // namespace howdah
