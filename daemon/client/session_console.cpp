// The life of a session as a console: figures are gathered for what it asks, and orders are carried out by others
// while it waits.
#include <utility>

#include "daemon/client/session.h"
#include "protocol/sqlstate.h"

namespace howdah::client {

using protocol::Bytes;
using protocol::Severity;

namespace {

// A console command is a line, not a load.
constexpr std::size_t kMostConsoleBytes = 64UL * 1024;

}  // namespace

void Session::begin_console() {
  const auto& startup = login_->startup();
  const auto role = admin::role_of(startup.user, environment_.login.settings->admin);
  if (!role) {
    return terminate(protocol::make_error(Severity::Fatal, protocol::sqlstate::kInsufficientPrivilege,
                                          "user \"" + startup.user + "\" is not an administrator of the pooler"));
  }
  console_ = std::make_unique<ConsoleSeat>(*role);
  console_->user = startup.user;
  console_->seat = environment_.login.admission.enter_console();
  console_->database = startup.database;
  ticket_ = std::make_shared<Session*>(this);
  const auto key = environment_.keys.add(*this, 0, 4, instance());
  process_id_ = key.process_id;
  environment_.replies.own_written([&](std::string& out) {
    console_->console.append_welcome(out);
    protocol::append_backend_key_data(out, key.process_id, key.secret);
    protocol::append_ready_for_query(out, protocol::TransactionStatus::Idle);
  });
  login_.reset();
  enter(State::Console);
  send_replies();
}

void Session::ask_for_figures() {
  console_->are_figures_due = true;
  environment_.gatherer.gather(environment_.mailbox, [ticket = ticket_](stats::FiguresPointer figures) {
    if (*ticket != nullptr) (*ticket)->on_figures(std::move(figures));
  });
}

void Session::on_figures(stats::FiguresPointer figures) {
  console_->figures.set(std::move(figures));
  console_->are_figures_due = false;
  if (console_->outcome) return answer_order();
  console_->are_figures_new = true;
  stream_->redeliver();
}

std::size_t Session::take_console_bytes(Bytes bytes) {
  if (console_->order || !console_->are_figures_new) {
    if (bytes.size() >= kMostConsoleBytes) stream_->set_reading(false);
    if (!console_->order && !console_->are_figures_due) ask_for_figures();
    return 0;
  }
  console_->are_figures_new = false;
  std::size_t done = 0;
  // A client that asks without reading gets no more until it has read.
  while (state_ == State::Console && stream_->pending_bytes() == 0 && !console_->order) {
    const auto next = walker_.peek(bytes.substr(done));
    if (!next) {
      refuse_frame(next.error(), bytes[done]);
      return bytes.size();
    }
    if (!*next) break;
    const auto& piece = **next;
    if (!piece.is_end && bytes.size() - done >= kMostConsoleBytes) {
      end("console command too long", false);
      return bytes.size();
    }
    if (!piece.is_end) break;
    done += piece.bytes.size();
    if (!take_console_message(piece)) return bytes.size();
  }
  is_holding_ = done < bytes.size();
  stream_->set_reading(bytes.size() - done < kMostConsoleBytes);
  return done;
}

// False: the session has ended.
bool Session::take_console_message(const protocol::Piece& piece) {
  using Step = admin::Console::Step;
  auto step = Step::Answered;
  environment_.replies.own_written(
      [&](std::string& out) { step = console_->console.on_message(piece.type, piece.body(), out); });
  send_replies();
  if (step == Step::Ordered) begin_order();
  if (step != Step::Goodbye) return true;
  end("closed by the client", false);
  return false;
}

void Session::begin_order() {
  console_->order = std::make_shared<admin::Ticket>();
  if (environment_.actions == nullptr) {
    return on_order_done({.errors = {protocol::make_error(Severity::Error, protocol::sqlstate::kFeatureNotSupported,
                                                          "there is nobody here to carry that out")}});
  }
  environment_.log.info("ordered on the console", {{"client", id_},
                                                   {"user", user()},
                                                   {"order", console_->console.tag()},
                                                   {"database", console_->console.order().database}});
  auto order = console_->console.order();
  order.by = user();
  environment_.actions->carry_out(std::move(order), console_->order, environment_.mailbox,
                                  [ticket = ticket_](admin::Outcome outcome) {
                                    if (*ticket != nullptr) (*ticket)->on_order_done(std::move(outcome));
                                  });
}

// What the rest of its query shows is as it is behind the order.
void Session::on_order_done(admin::Outcome outcome) {
  console_->outcome = std::move(outcome);
  ask_for_figures();
}

void Session::answer_order() {
  const auto outcome = *std::exchange(console_->outcome, std::nullopt);
  console_->order.reset();
  auto step = admin::Console::Step::Answered;
  environment_.replies.own_written([&](std::string& out) { step = console_->console.on_outcome(outcome, out); });
  send_replies();
  if (step == admin::Console::Step::Ordered) return begin_order();
  if (is_draining_) return drain();
  stream_->set_reading(true);
  stream_->redeliver();
}

// What it waits for: by a CancelRequest, or since nobody is there any more.
void Session::give_order_up(admin::Ticket::State why) {
  if (console_ && console_->order) console_->order->set(why);
}

}  // namespace howdah::client
