// A client that goes on with another process, or comes from one: between two transactions, with all that it has.
#include <tuple>
#include <utility>

#include "daemon/client/handed_client.h"
#include "daemon/client/session.h"

namespace howdah::client {

namespace {

HandedStatement handed(const protocol::Statement& statement) {
  return {.variant = std::string(statement.variant()),
          .definition = std::string(statement.definition()),
          .told = statement.told(),
          .is_outdated = statement.is_outdated()};
}

protocol::StatementPointer adopted(pool::StatementCache& cache, const HandedStatement& statement) {
  return cache.adopt(statement.variant, statement.definition, statement.told, statement.is_outdated);
}

}  // namespace

// --- on the way out

void Session::begin_leaving() {
  is_leaving_ = true;
  owner_.on_movable(*this);
}

void Session::stop_leaving() {
  is_leaving_ = false;
  is_draining_ = false;
  if (is_holding_) stream_->redeliver();
}

// Its state is on a connection: the TLS session, the server that it keeps, the one that hears for it; or it is a
// console.
bool Session::is_bound_here() const {
  if (login_) return false;
  if (console_ || ear_ || mode_ == config::PoolMode::Session || stream_->tls_facts()) return true;
  return server_ != nullptr && keeps_server() && server_->status() == protocol::TransactionStatus::Idle;
}

bool Session::is_movable() const {
  if (login_ || is_bound_here() || (state_ != State::Idle && state_ != State::Waiting)) return false;
  const bool is_at_its_end = is_ending_ || is_at_end_of_file_ || has_said_goodbye_;
  const bool is_busy = server_ != nullptr || refused_ || reset_ || repeat_ != Repeat::None;
  return !is_at_its_end && !is_busy && walker_.missing_bytes() == 0 && stream_->handle();
}

std::optional<Session::Departure> Session::hand_out() {
  if (!is_movable()) return std::nullopt;
  if (tracing_) end_trace("the client goes on with another process");
  if (state_ == State::Waiting) pool_->leave(*this);
  if (ticket_) *std::exchange(ticket_, nullptr) = nullptr;
  const auto handle = *stream_->handle();
  Departure departure{.client = as_handed(), .descriptor = handle.descriptor};
  departure.client.unread = handle.unread;
  stream_->set_reading(false);
  enter(State::Moving);
  return departure;
}

HandedClient Session::as_handed() const {
  const auto age = environment_.agenda.now() - connected_at_;
  HandedClient client{
      .id = id_,
      .user = user(),
      .database = database(),
      .peer = peer_,
      .connected_at = std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::milliseconds>(age),
      .key = environment_.keys.key_of(process_id_, *this),
      .is_statement_mode = mode_ == config::PoolMode::Statement,
      .reads_sequences = pool_->catalog().reads_sequences(),
      .startup_settings = startup_settings_,
      .settings = settings_,
      .begin = begin_.handed()};
  if (!prepared_) return client;
  prepared_->names.for_each([&](const std::string& name, const protocol::StatementPointer& statement) {
    client.statements.push_back({.name = name, .statement = handed(*statement)});
  });
  client.sql_names.assign(prepared_->sql_names.begin(), prepared_->sql_names.end());
  const auto& unnamed = prepared_->unnamed;
  if (unnamed.number == 0) return client;
  client.unnamed = {
      .definition = unnamed.definition, .names_statements = unnamed.names_statements, .is_setting = unnamed.is_setting};
  if (unnamed.shared) client.unnamed->shared = handed(*unnamed.shared);
  return client;
}

// Cancels of the meantime mean the client wherever it is.
void Session::on_taken(std::vector<cancel::CancelHold> cancels) {
  const auto key = environment_.keys.key_of(process_id_, *this);
  end("taken over by another process", false);
  for (auto& hold : cancels) environment_.keys.ask_other_process(key.process_id, key.secret, std::move(hold));
}

void Session::on_kept(std::vector<cancel::CancelHold> cancels) {
  enter(State::Idle);
  for (auto& hold : cancels) on_cancel_request(std::move(hold));
  if (begin_.is_open()) {
    begin_due_ = environment_.agenda.now();
    arm_deadline();
  }
  stream_->set_reading(true);
  stream_->redeliver();
}

// --- on the way in

Session::Session(const HandedClient& client, std::unique_ptr<io::Stream> stream, pool::Pool& pool,
                 SessionEnvironment& environment, SessionOwner& owner)
    : id_(client.id),
      environment_(environment),
      owner_(owner),
      stream_(std::move(stream)),
      peer_(client.peer),
      state_(State::Moving),
      mode_(client.is_statement_mode ? config::PoolMode::Statement : config::PoolMode::Transaction),
      pool_(&pool),
      rules_(&pool.session_rules()),
      startup_settings_(client.startup_settings),
      settings_(client.settings),
      process_id_(client.key.process_id),
      connected_at_(environment.agenda.now() - (std::chrono::system_clock::now() - client.connected_at)),
      since_(environment.agenda.now()),
      transaction_since_(since_) {
  // Who is in already stays, whatever the limits are now.
  auto& admission = environment.login.admission;
  seat_ = admission.enter(0);
  database_seat_ = admission.enter_database(client.database, 0);
  user_seat_ = admission.enter_user(client.user, 0);
  environment.keys.adopt(client.key, *this);
  if (client.begin) begin_.open(*client.begin);
  if (client.reads_sequences) std::ignore = pool.catalog().note_sequence_reader();
  adopt_statements(client);
  stream_->set_handler(*this);
  stream_->set_reading(false);
}

void Session::adopt_statements(const HandedClient& client) {
  if (client.statements.empty() && client.sql_names.empty() && !client.unnamed) return;
  prepared_ = std::make_unique<ClientStatements>();
  auto& cache = pool_->statements();
  for (const auto& [name, statement] : client.statements) prepared_->names.add(name, adopted(cache, statement));
  prepared_->sql_names.insert(client.sql_names.begin(), client.sql_names.end());
  if (!client.unnamed) return;
  prepared_->unnamed = {.number = StatementTranslator::unnamed_number(id_, ++prepared_->unnamed_count),
                        .definition = client.unnamed->definition,
                        .names_statements = client.unnamed->names_statements,
                        .is_setting = client.unnamed->is_setting};
  if (client.unnamed->shared) prepared_->unnamed.shared = adopted(cache, *client.unnamed->shared);
}

// The one who gave the client knows that it is here.
void Session::begin_serving(std::vector<cancel::CancelHold> cancels) {
  if (environment_.login.settings->log.connections) {
    environment_.log.info("client taken over",
                          {{"client", id_}, {"user", user()}, {"database", database()}, {"address", peer_.text()}});
  }
  on_kept(std::move(cancels));
}

}  // namespace howdah::client
