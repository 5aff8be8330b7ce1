#include "tests/support/play/fake_backend.h"

#include <algorithm>
#include <utility>

namespace howdah::tests {

namespace {

constexpr std::int32_t kFirstProcessId = 1000;

}  // namespace

class FakeServer::Ticket final : public server::CancelTicket {
 public:
  explicit Ticket(std::shared_ptr<FakeServer> server) : server_(std::move(server)) {}
  ~Ticket() override { server_->cancel_handler_ = nullptr; }
  void move_to(ManualLoop& loop) { server_->loop_ = &loop; }
  void send(server::CancelHandler& handler) override {
    server_->cancel_handler_ = &handler;
    server_->has_cancel_arrived_ = false;
    ++server_->cancel_count_;
  }

 private:
  const std::shared_ptr<FakeServer> server_;  // that may have begun on a worker which ends first
};

bool FakeServer::take_requests(std::size_t most) {
  const auto bytes = socket_->receive(most);
  if (!bytes.empty()) script_.feed(bytes);
  return !bytes.empty();
}

bool FakeServer::give_replies(std::size_t most) {
  const auto bytes = script_.take_output(most);
  socket_->send(bytes);
  // It ends by itself, or when it has read an end of file and is done with what came before.
  const bool has_read_all = socket_->is_output_over() && !script_.is_asleep();
  const bool is_ending = has_read_all || script_.is_closed();
  const bool is_over = is_ending && !script_.has_output() && !std::exchange(has_told_end_, true);
  if (is_over) socket_->vanish();
  return !bytes.empty() || is_over;
}

std::string FakeServer::cancel_arrives() {
  has_cancel_arrived_ = true;
  return script_.cancel();
}

void FakeServer::cancel_ends() {
  if (auto* handler = std::exchange(cancel_handler_, nullptr)) handler->on_cancel_done();
}

std::string FakeServer::describe() const {
  std::string text = std::to_string(process_id_) + ' ' + script_.status();
  if (script_.is_in_copy()) text += " in copy";
  if (script_.is_in_batch()) text += " in batch";
  if (script_.is_asleep()) text += " asleep";
  if (script_.has_session_state()) text += " with state";
  if (script_.is_closed()) text += " closed";
  if (has_cancel()) text += " with cancel";
  if (!socket_->is_reading()) text += " not read from";
  return text + ", unread " + std::to_string(socket_->unread_bytes()) + ", pending " +
         std::to_string(socket_->pending_bytes()) + ", heard: " + script_.heard().substr(0, 10000);
}

class FakeBackend::Login final : public server::PendingLogin {
 public:
  Login(FakeBackend& backend, server::LoginHandler& handler) : backend_(backend), handler_(handler) {
    backend_.logins_.push_back(this);
  }
  ~Login() override { std::erase(backend_.logins_, this); }

  void end(std::expected<server::LoggedIn, protocol::ErrorFields> result) {
    std::erase(backend_.logins_, this);
    handler_.on_login(std::move(result));
  }

 private:
  FakeBackend& backend_;
  server::LoginHandler& handler_;
};

std::unique_ptr<server::PendingLogin> FakeBackend::start(const server::BackendTarget& target,
                                                         config::Milliseconds /*timeout*/,
                                                         server::LoginHandler& handler) {
  last_target_ = target;
  return std::make_unique<Login>(*this, handler);
}

void FakeBackend::take_over(io::Stream& stream, server::CancelTicket& cancel) {
  static_cast<FakeStream&>(stream).enter_loop(loop_.agenda());
  static_cast<FakeServer::Ticket&>(cancel).move_to(loop_);
}

FakeServer& FakeBackend::complete_login(std::size_t place) {
  const auto process_id = kFirstProcessId + static_cast<std::int32_t>(servers_.size());
  auto socket = std::make_shared<FakeSocket>();
  const auto server = servers_.emplace_back(std::make_shared<FakeServer>(socket, process_id, loop_));
  loop_.turn([&] {
    logins_[place]->end(server::LoggedIn{.stream = std::make_unique<FakeStream>(socket, loop_.agenda()),
                                         .cancel = std::make_unique<FakeServer::Ticket>(server),
                                         .parameters = {{"server_version", "17.0"}},
                                         .process_id = process_id,
                                         .address = "backend"});
  });
  return *server;
}

void FakeBackend::fail_login(const protocol::ErrorFields& error, std::size_t place) {
  loop_.turn([&] { logins_[place]->end(std::unexpected(error)); });
}

std::size_t FakeBackend::connection_count() const {
  const auto open = std::ranges::count_if(servers_, [](const auto& server) { return !server->is_gone(); });
  return logins_.size() + static_cast<std::size_t>(open);
}

}  // namespace howdah::tests
