// How an engine takes the place of another process, and gives its own to the next one.
#include <utility>

#include "daemon/engine.h"

namespace howdah {

Succession::Environment App::Engine::succession_environment() {
  return {.home = home(),
          .commons = commons_,
          .serving = serving_,
          .doors = doors_,
          .on_may_serve =
              [this] {
                const auto opened = open_stats_door();
                if (!opened) commons_.log.error("no stats port", {{"error", opened.error()}});
                begin_serving();
              },
          .on_place_taken =
              [this] {
                if (place_taken_) place_taken_();
              },
          .on_refused =
              [this] {
                was_refused_ = true;
                finish();
              },
          .why_not_given = [this] { return phase_ == Phase::Serving ? "" : "it is not serving"; },
          .on_giving = [this] { begin_handing_over(); },
          .on_place_given =
              [this](int process_id) {
                if (place_given_) place_given_(process_id);
              },
          .on_taken_back = [this] { take_place_back(); },
          .on_given = [this] { finish(); },
          .on_broken_off = [this] { begin_drain({}); }};
}

void App::Engine::take_over(takeover::Inheritance inheritance) {
  succession_.take(std::move(inheritance));
}

void App::Engine::begin_handing_over() {
  phase_ = Phase::HandingOver;
  stats_door_.close();
}

void App::Engine::take_place_back() {
  if (phase_ != Phase::HandingOver) return;
  phase_ = Phase::Serving;
  const auto opened = open_stats_door();
  if (!opened) commons_.log.error("no stats port", {{"error", opened.error()}});
}

}  // namespace howdah
