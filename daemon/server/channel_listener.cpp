#include "daemon/server/channel_listener.h"

#include <utility>

namespace howdah::server {

namespace {

// What it is told is UTF-8, and it may be silent for as long as nobody notifies.
constexpr std::string_view kSettings =
    "SELECT pg_catalog.set_config(name,CASE WHEN name OPERATOR(pg_catalog.=) 'client_encoding' THEN 'UTF8' ELSE '0' "
    "END,false) FROM pg_catalog.pg_settings WHERE name OPERATOR(pg_catalog.=) ANY "
    "('{client_encoding,idle_session_timeout,statement_timeout}'::pg_catalog.text[]);"
    "SELECT pg_catalog.set_config('application_name','howdah listener',false);";

}  // namespace

ChannelListener::ChannelListener(const Environment& environment, ChannelListenerOwner& owner)
    : environment_(environment),
      owner_(owner),
      login_(environment.connector.start(environment.target, environment.connect_timeout, *this)) {}

ChannelListener::~ChannelListener() = default;

void ChannelListener::run(std::string_view commands) {
  server_ == nullptr ? void(waiting_.append(commands)) : send(commands);
}

void ChannelListener::send(std::string_view commands) {
  if (commands.empty() || is_lost_) return;
  server_->owed().expect(protocol::Request::Query);
  io::OutputBatch batch;
  batch.own_written([commands](std::string& out) { protocol::append_query(out, commands); });
  server_->write(batch);
}

void ChannelListener::on_login(std::expected<LoggedIn, protocol::ErrorFields> result) {
  environment_.agenda.bury(std::shared_ptr<PendingLogin>(std::move(login_)));
  if (!result) return lose(result.error().message);
  server_ = std::make_unique<ServerConnection>(environment_.id, std::move(*result), environment_.agenda,
                                               static_cast<ServerOwner&>(*this));
  server_->lease_to(*this, ServerConnection::State::Listening);
  send(kSettings);
  send(std::exchange(waiting_, {}));
}

void ChannelListener::on_notification(protocol::Bytes frame) {
  const auto notification = protocol::read_notification(frame.substr(protocol::kFrameHeaderBytes));
  if (notification) owner_.on_notification(*notification, frame);
}

void ChannelListener::on_progress() {
  const bool is_refused = !server_->take_errors().empty() && !server_->has_told_fatal();
  if (is_refused) return server_->close("the listener was refused a command");
  if (server_->owed().is_settled() && !std::exchange(is_listening_, true)) owner_.on_listening();
}

void ChannelListener::on_server_closed(ServerConnection& /*server*/, std::string_view reason) {
  lose(std::string(reason));
}

void ChannelListener::lose(const std::string& why) {
  if (std::exchange(is_lost_, true)) return;
  owner_.on_listener_lost(why);
}

}  // namespace howdah::server
