#include "daemon/app.h"

#include "daemon/engine.h"

namespace howdah {

App::App(std::shared_ptr<const config::Settings> settings, os::Log& log)
    : engine_(std::make_unique<Engine>(std::move(settings), log)) {}

App::~App() = default;

void App::use_listeners(io::InheritedListeners inherited) {
  engine_->use_listeners(std::move(inherited));
}

void App::take_over(takeover::Inheritance inheritance) {
  engine_->take_over(std::move(inheritance));
}

void App::on_place_given(std::function<void(int process_id)> tell) {
  engine_->on_place_given(std::move(tell));
}

void App::on_place_taken(std::function<void()> tell) {
  engine_->on_place_taken(std::move(tell));
}

bool App::was_refused() const {
  return engine_->was_refused();
}

void App::on_progress(std::function<void(const Progress&)> tell) {
  engine_->watch().on_progress(std::move(tell));
}

void App::watch_loops(std::chrono::microseconds interval, std::function<void()> all_turn) {
  engine_->watch().watch_loops(interval, std::move(all_turn));
}

std::expected<void, std::string> App::start() {
  return engine_->start();
}

void App::on_ready(std::function<void()> ready) {
  engine_->on_ready(std::move(ready));
}

void App::run() {
  engine_->run();
}

void App::drain() {
  engine_->drain();
}

void App::stop() {
  engine_->stop();
}

void App::set_configuration_source(ConfigurationSource source) {
  engine_->set_configuration_source(std::move(source));
}

void App::reload(std::function<void()> done) {
  engine_->reload(std::move(done));
}

std::shared_ptr<const config::Settings> App::settings() const {
  return engine_->settings();
}

bool App::is_draining() const {
  return engine_->is_draining();
}

std::vector<std::string> App::addresses() const {
  return engine_->addresses();
}

std::size_t App::worker_count() const {
  return engine_->worker_count();
}

stats::Gatherer& App::gatherer() {
  return engine_->gatherer();
}

admin::Actions& App::actions() {
  return engine_->actions();
}

event_base* App::loop() const {
  return engine_->loop();
}

}  // namespace howdah
