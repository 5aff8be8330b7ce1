// Our object for one client: its log-in, its requests on their way to a server, the replies on their way
// back.
//
// It holds a lease only from the first message of a transaction to the last reply, unless the pool's mode or
// state left on the server says otherwise. What arrives while it has none stays in the stream until a server
// is there. Owned by the SessionRegistry; one worker's thread. It moves bytes only through its stream and its
// server, so tests play it in memory. (PostgreSQL documentation: "Message Flow")
#pragma once

#include <boost/intrusive/list.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/admin/console.h"
#include "daemon/cancel/key_registry.h"
#include "daemon/client/deferred_begin.h"
#include "daemon/client/handed_client.h"
#include "daemon/client/listening.h"
#include "daemon/client/login_conversation.h"
#include "daemon/client/session_environment.h"
#include "daemon/client/statement_translator.h"
#include "daemon/client/wait_explanation.h"
#include "daemon/io/stream.h"
#include "daemon/pool/waiter.h"
#include "daemon/server/tenant.h"
#include "daemon/trace/client_trace.h"
#include "protocol/frame_walker.h"
#include "protocol/transaction_commands.h"

namespace howdah::client {

// Its place in the registry.
using RegisteredHook = boost::intrusive::list_base_hook<boost::intrusive::tag<class SessionRegistry>>;

class Session final : private io::StreamHandler,
                      private server::Tenant,
                      private cancel::CancelTarget,
                      private ListeningOwner,
                      public pool::Waiter,
                      public RegisteredHook {
 public:
  enum class State : std::uint8_t {
    LoggingIn,
    Authenticating,  // others are asked: see auth/errand.h
    Cancelling,      // a CancelRequest: closed once that is dealt with
    Welcoming,       // authenticated; a server tries the startup settings
    Idle,            // no lease, nothing asked
    Waiting,         // in the queue; the request stays in the stream
    Leased,
    Skipping,  // a request was refused: its rest is dropped
    Console,
    Moving,  // on its way to or from another process: nothing is read from the client
    Ended,
  };

  Session(std::uint64_t id, std::unique_ptr<io::Stream> stream, io::PeerAddress peer, SessionEnvironment& environment,
          SessionOwner& owner);
  // Of a client that another process has served up to now. Nothing is read from it before begin_serving().
  Session(const HandedClient& client, std::unique_ptr<io::Stream> stream, pool::Pool& pool,
          SessionEnvironment& environment, SessionOwner& owner);
  ~Session();

  // Once, when its owner knows it: it may end at once.
  void open(Room room);

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] stats::ClientSnapshot snapshot() const;
  [[nodiscard]] const pool::Pool* pool() const { return pool_; }
  // Empty before it is authenticated.
  [[nodiscard]] std::string user() const;
  [[nodiscard]] std::string database() const;

  // No new work: an idle client is told 57P01 and closed now, a busy one at the end of its transaction.
  void drain();
  [[nodiscard]] bool is_draining() const { return is_draining_; }
  // Tells the client why, if it is still there, and ends at once.
  void terminate(const protocol::ErrorFields& reason);

  // It is to go on with another process: its owner is told whenever it may, and it begins no new transaction before.
  void begin_leaving();
  // It stays. Not for one that waits for on_taken or on_kept.
  void stop_leaving();
  // It cannot leave: it ends in a drain.
  [[nodiscard]] bool is_bound_here() const;
  struct Departure {
    HandedClient client;
    int descriptor;  // of the socket, which stays ours until on_taken()
  };
  // Nothing where it may not leave now. Else it waits for one of these two. `cancels`: those of the meantime, see
  // SessionOwner.
  [[nodiscard]] std::optional<Departure> hand_out();
  void on_taken(std::vector<cancel::CancelHold> cancels);  // it is another process's client
  void on_kept(std::vector<cancel::CancelHold> cancels);   // it goes on here
  // After a construction from what another process has handed out.
  void begin_serving(std::vector<cancel::CancelHold> cancels);

  // What it is sent and sends goes to the file, too, until end_trace, for so long (0: without a limit), or until the
  // file takes no more. Only where nothing stands against it.
  [[nodiscard]] std::optional<protocol::ErrorFields> why_not_traceable() const;
  [[nodiscard]] trace::TraceHeader trace_header() const;
  void begin_trace(std::shared_ptr<trace::TraceFile> file, const trace::TraceHeader& header,
                   std::chrono::milliseconds time);
  // False: it was not traced.
  bool end_trace(std::string_view reason);
  [[nodiscard]] bool is_traced() const { return tracing_ && !tracing_->trace.is_over(); }

 private:
  // --- lifecycle: session.cpp
  [[nodiscard]] std::size_t on_bytes(protocol::Bytes bytes) override;
  void on_drained() override;
  void on_end(io::StreamEnd end) override;
  void enter(State state);
  // Stops taking requests; ends as soon as the server owes nothing more, with `last_words` if there are any.
  // `why` lives as long as the program.
  void end_after_replies(const char* why, std::optional<protocol::ErrorFields> last_words = std::nullopt);
  void end(std::string_view why, bool is_cancel_wanted);
  void give_server_back(bool is_cancel_wanted);
  void log_end(std::string_view why);
  [[nodiscard]] std::string login_failure() const;
  [[nodiscard]] bool is_authenticated() const;
  [[nodiscard]] bool may_hear_last_words() const;
  void end_if_all_is_answered();
  [[nodiscard]] bool owes_no_more() const;
  void send_replies();

  // --- log-in: session_login.cpp
  [[nodiscard]] std::size_t take_login_bytes(protocol::Bytes bytes);
  void after_login_step();
  void start_tls();
  void run_errand();
  void on_answer(const auth::Answer& answer);
  void on_authenticated();
  [[nodiscard]] bool take_seats();
  [[nodiscard]] protocol::SessionSettings make_settings() const;
  void welcome();
  void complete_welcome(const pool::Welcome& welcome);
  [[nodiscard]] std::int32_t process_id_to_tell(std::size_t secret_bytes);
  void pass_cancel_on();
  void end_cancelling();
  // What keys say of us.
  [[nodiscard]] std::uint8_t instance() const {
    return static_cast<std::uint8_t>(environment_.login.settings->instance);
  }

  // --- to and from another process: session_handover.cpp
  [[nodiscard]] bool is_movable() const;
  [[nodiscard]] HandedClient as_handed() const;
  void adopt_statements(const HandedClient& client);

  // --- its life as a console: session_console.cpp
  void begin_console();
  [[nodiscard]] std::size_t take_console_bytes(protocol::Bytes bytes);
  [[nodiscard]] bool take_console_message(const protocol::Piece& piece);
  void ask_for_figures();
  void on_figures(stats::FiguresPointer figures);
  void begin_order();
  void on_order_done(admin::Outcome outcome);
  void answer_order();
  void give_order_up(admin::Ticket::State why);

  // --- requests: session_requests.cpp
  enum class Way { Forward, Drop, Hold };
  [[nodiscard]] std::size_t take_requests(protocol::Bytes bytes);
  [[nodiscard]] std::size_t take_copy_data(protocol::Bytes bytes);
  [[nodiscard]] Way begin_frame(const protocol::Piece& piece, protocol::Bytes behind);
  [[nodiscard]] Way begin_without_lease(const protocol::Piece& piece, protocol::Bytes behind);
  [[nodiscard]] Way begin_with_lease(const protocol::Piece& piece, protocol::Bytes behind);
  void prepare_transaction();
  [[nodiscard]] Way begin_request(const protocol::Piece& piece, protocol::Bytes behind, bool is_alone);
  [[nodiscard]] Way acquire(const protocol::Piece& piece, protocol::Bytes behind);
  void refuse_request(char type, const protocol::ErrorFields& error);
  void note_traces(const protocol::Piece& piece);
  void note_request_begun();
  void end_frame(const protocol::Piece& piece);
  void send_requests();
  void refuse_frame(protocol::FrameError error, char type);
  void refuse_frame_in_copy(char type);
  [[nodiscard]] bool must_let_others_in() const;
  [[nodiscard]] bool has_partial_request() const;

  // --- the middle of a batch: session_batches.cpp
  [[nodiscard]] std::size_t pass_plain_requests(protocol::Bytes bytes);
  [[nodiscard]] bool pass_plain_request(protocol::Bytes frame);

  // --- what is run of which statement: session_statements.cpp
  void begin_following();
  void follow(const protocol::Piece& piece);
  void follow_parse(const protocol::Piece& piece);
  void follow_bind(protocol::Bytes body);
  void follow_plain_bind(const protocol::Statement* statement);
  void follow_execute(protocol::Bytes body);
  void follow_own_answer(std::string_view tag);
  [[nodiscard]] bool is_tracking() const;
  [[nodiscard]] stats::StatementTable::Reference statement_of(std::string_view text);
  [[nodiscard]] stats::StatementTable::Reference bound_statement(std::string_view name);

  // --- how long it took: session_times.cpp
  void note_granted(server::ServerConnection& server, worker::TimePoint waiting_since);
  void note_waited(worker::TimePoint since);
  [[nodiscard]] bool note_answered();
  void note_transaction_end();
  void note_pin_end(server::ServerConnection& server);
  void note_lease_end(server::ServerConnection& server);
  void log_slow_transaction(const server::TransactionTimes& times, worker::TimePoint::duration took);
  void log_slow_statements();

  // --- transactions without a server: session_transactions.cpp
  [[nodiscard]] bool is_answered_without_server(const protocol::Piece& piece);
  void answer_begin(const protocol::TransactionCommand& command, std::string_view text);
  void answer_end(const protocol::TransactionCommand& command);
  void answer(std::string_view tag);
  void hand_begin_over();
  void send_begin();

  // --- replies and lease: session_replies.cpp
  void on_granted(server::ServerConnection& server) override;
  void on_refused(const protocol::ErrorFields& error) override;
  void on_reply_bytes(protocol::Bytes bytes) override;
  [[nodiscard]] bool on_ready_for_query(protocol::TransactionStatus status) override;
  void on_statement_answered(const protocol::StatementNote& note) override;
  void on_command_tag(std::string_view tag) override;
  [[nodiscard]] bool on_statement_error(protocol::Bytes frame,
                                        const std::optional<protocol::StatementNote>& asked) override;
  void on_notification(protocol::Bytes frame) override;
  void on_progress() override;
  void on_server_drained() override;
  void on_server_lost(bool was_told) override;
  [[nodiscard]] std::uint64_t client_id() const override { return id_; }
  void on_cancel_request(cancel::CancelHold hold) override;
  [[nodiscard]] worker::Mailbox& cancel_mailbox() const override { return environment_.mailbox; }
  void begin_lease(server::ServerConnection& server);
  void begin_translation();
  void end_translation();
  void note_errors();
  void settle_lease();
  [[nodiscard]] bool has_own_failure();
  // --- what the session leaves on its server: session_state.cpp
  // A client that keeps its server asks nothing for so long: it is looked whether it must keep it.
  static constexpr std::chrono::seconds kReprobeAfter{1};
  [[nodiscard]] bool ask_what_is_left();
  [[nodiscard]] bool must_look_closer() const;
  [[nodiscard]] bool is_probe_wanted() const;
  [[nodiscard]] bool is_pinned() const;
  [[nodiscard]] bool keeps_server() const { return !server_->left_state().held().is_empty(); }
  void note_pin();
  [[nodiscard]] bool takes_one_pin_too_many();
  void note_names_changing(protocol::Bytes text);
  void end_name_changes();
  void suspect_by_catalog();
  void suspect_always();
  void note_surprise();
  // --- what it listens to: session_listening.cpp
  enum class ChannelStep : std::uint8_t {
    None,
    Marking,      // its server is made to hear markers
    HandingOver,  // until the listener hears for it
    Clearing,     // its server is made to listen to nothing
    Fetching,     // until its server hears for it
    GivenUp,      // the listener did not answer: its server is kept until a later probe
  };
  // Nothing of the client goes to its server meanwhile.
  [[nodiscard]] bool is_moving_channels() const {
    const bool is_idle = channel_step_ == ChannelStep::None || channel_step_ == ChannelStep::GivenUp;
    return !is_idle || (ear_ && ear_->listening.is_switching());
  }
  [[nodiscard]] bool go_on_moving_channels();
  [[nodiscard]] bool begin_moving_channels();
  [[nodiscard]] bool may_be_heard_for(const protocol::Channels& channels) const;
  void enter(ChannelStep step);
  [[nodiscard]] bool must_wait_for_channels(const protocol::Piece& piece, protocol::Bytes behind);
  [[nodiscard]] bool touches_channels(const protocol::Piece& piece, protocol::Bytes behind) const;
  [[nodiscard]] bool touches_channels(const protocol::Piece& piece) const;
  void end_fetching();
  void on_channels_late();
  void end_listening();
  void on_switched() override;
  void on_handed_back() override;
  void on_listener_lost() override;
  void on_listening_again() override;
  // --- what it is told of: session_hearing.cpp
  void hear(protocol::Bytes frame) override;
  [[nodiscard]] bool may_hear() const;
  void hear_waiting();
  void hear_waiting_in_place();
  // --- what it may leave: session_policies.cpp
  [[nodiscard]] protocol::StateKinds refused_in(const protocol::Piece& piece) const;
  [[nodiscard]] Way begin_refused(protocol::StateKinds kinds, const protocol::Piece& piece, protocol::Bytes behind);
  [[nodiscard]] bool ends_for_refused_state();
  [[nodiscard]] config::SettingsPolicy settings_policy() const;
  [[nodiscard]] bool has_settings_of_its_own() const;
  void follow_settings_policy();
  [[nodiscard]] bool leaves_ignored_settings() const;
  // --- lastval and currval: session_sequences.cpp
  void note_sequence_user(bool is_same_server);
  void protect_from_sequence_values();
  void note_sequence_reader(const protocol::Piece& piece);
  // --- settings: session_settings.cpp
  void take_settings_over();
  [[nodiscard]] bool restore_startup_settings();

  // --- RESET: session_resets.cpp
  [[nodiscard]] bool must_wait_for_reset(const protocol::Piece& piece);
  [[nodiscard]] bool may_reset(const protocol::Piece& piece);
  void note_reset(std::string_view text);
  [[nodiscard]] bool is_behind_reset() const;
  [[nodiscard]] bool keep_ready_back();
  void restore_in_batch();
  [[nodiscard]] bool restore_in_transaction();
  void end_reset();
  void drop_reset();

  // --- a batch that the client does not know to be sent twice: session_repeat.cpp
  enum class Repeat : std::uint8_t { None, Due, Waiting, UnderWay };
  [[nodiscard]] static bool may_need_database_alone(const protocol::Piece& piece);
  [[nodiscard]] bool can_repeat() const;
  [[nodiscard]] bool can_repeat_untouched() const;
  [[nodiscard]] bool evict_for_command(protocol::Bytes error_frame);
  void begin_repeat();
  void watch_eviction();
  void repeat_batch();
  [[nodiscard]] protocol::Bytes news_of_repeat(protocol::Bytes bytes) const;
  void cancel_repeat();
  void forget_refusal();

  // --- traced: session_trace.cpp
  [[nodiscard]] std::size_t take_traced_requests(protocol::Bytes bytes);
  void begin_traced_lease(server::ServerConnection& server);
  void on_trace_time();
  [[nodiscard]] std::shared_ptr<const stats::TraceSnapshot> trace_snapshot() const;

  // --- in the queue: session_waiting.cpp
  enum class WaitStep : std::uint8_t {
    Quiet,
    NoticeDue,  // once it is known why
    Noticed,
    ErrorDue,
  };
  [[nodiscard]] worker::TimePoint waiting_deadline() const;
  void on_waiting_deadline();
  void ask_why(WaitStep step);
  void on_wait_report(WaitReport& report);
  void tell_of_waiting(const stats::PoolQueue& queue);
  void refuse_to_wait(const stats::PoolQueue& queue);
  [[nodiscard]] WaitingClient as_waiting_client() const;
  [[nodiscard]] bool is_administrator() const;

  // --- time limits: session_deadlines.cpp
  void arm_deadline();
  void on_deadline();
  [[nodiscard]] worker::TimePoint next_deadline() const;
  [[nodiscard]] worker::TimePoint lease_deadline() const;
  [[nodiscard]] worker::TimePoint begin_deadline() const;
  void on_begin_deadline();
  void end_idle();
  void end_idle_in_transaction();
  void end_long_transaction();
  void end_long_request();
  void end_timed_out(std::string_view sqlstate, const char* message);

  // A console, and what it tells of.
  struct ConsoleSeat {
    explicit ConsoleSeat(admin::Role role) : console(figures, role) {}
    stats::LastFigures figures = {};
    bool are_figures_due = false;                    // they have been asked for
    bool are_figures_new = false;                    // for the messages that have come
    std::shared_ptr<admin::Ticket> order = nullptr;  // that is being carried out
    std::optional<admin::Outcome> outcome = {};      // of it, until figures have come
    Seat seat = {};
    admin::Console console;
    std::string user = {};
    std::string database = {};
  };

  // A command that may have set settings back, until the client's own are in force again.
  struct Reset {
    bool is_answered = false;  // its ReadyForQuery is kept back
    bool is_told = false;      // by its text, which has come with it
    protocol::SettingsMap settings = {};
    protocol::SettingsMap local = {};  // up to the end of the transaction
  };

  // A command that was refused, until it has been answered for the second time.
  struct RefusedCommand {
    RefusedCommand(pool::Eviction evicted, worker::TimePoint most, Session& session)
        : servers(std::move(evicted)), give_up_at(most), timer(session) {}
    pool::Eviction servers;
    worker::TimePoint give_up_at;
    worker::MethodTimer<Session, &Session::watch_eviction> timer;
  };

  struct Tracing {
    Tracing(std::shared_ptr<trace::TraceFile> file, const trace::TraceHeader& of, const worker::Agenda& agenda,
            const trace::UnderWay& under_way, Session& session)
        : header(of), trace(std::move(file), of.has_values, agenda, under_way), timer(session) {}
    trace::TraceHeader header;
    trace::ClientTrace trace;
    worker::MethodTimer<Session, &Session::on_trace_time> timer;
  };

  // Of a client that listens while it may have no server.
  struct Ear {
    Ear(pool::ChannelDesk& desk, ListeningOwner& owner) : listening(desk, owner) {}
    Listening listening;
    std::deque<std::string> waiting;  // messages, until the client may be told of them
    std::size_t waiting_bytes = 0;
    worker::TimePoint hand_over_at;  // not before, since the listener did not answer
  };

  const std::uint64_t id_;
  SessionEnvironment& environment_;
  SessionOwner& owner_;
  std::unique_ptr<io::Stream> stream_;
  io::PeerAddress peer_;
  State state_ = State::LoggingIn;
  config::PoolMode mode_ : 8 = config::PoolMode::Transaction;  // in a byte: each client that is idle has one

  std::unique_ptr<LoginConversation> login_;  // until the welcome is over
  std::shared_ptr<Session*> ticket_;          // what a check on another thread or a cancel under way holds on to
  std::unique_ptr<ConsoleSeat> console_;
  Seat seat_;
  Seat database_seat_;  // which tell the names, from the log-in on; in a console its own seat does
  Seat user_seat_;

  pool::Pool* pool_ = nullptr;
  const pool::SessionRules* rules_ = nullptr;  // of the pool, when it logged in
  protocol::SessionSettings startup_settings_;
  protocol::SessionSettings settings_;  // those, and what plain SET commands have made of them
  DeferredBegin begin_;
  worker::TimePoint begin_due_ = worker::TimePoint::max();  // when a server is asked for, though nothing came behind it
  std::unique_ptr<ClientStatements> prepared_;              // from the first lease on; null in session mode
  std::unique_ptr<StatementTranslator> statements_;         // in a lease; null in session mode
  server::ServerConnection* server_ = nullptr;
  server::ServerId last_server_ = 0;

  protocol::FrameWalker walker_{protocol::client_frame_rules()};
  std::size_t replaced_bytes_ = 0;  // of the front of the frame under way: others have been written in their place
  bool is_forwarding_ = false;      // that frame goes to the server
  Repeat repeat_ = Repeat::None;    // Due: once its ReadyForQuery has come. Waiting: for servers to leave
  bool is_holding_ = false;         // a frame waits in the stream for replies or room
  char held_type_ = 0;              // of the frame that waits for a lease
  char skip_until_ = 0;             // in Skipping: 'S', or the type of the one message that is dropped
  bool has_said_goodbye_ = false;   // by a Terminate: it reads nothing more
  bool is_ending_ = false;          // takes no more requests
  bool is_at_end_of_file_ = false;
  bool is_draining_ : 1 = false;
  bool is_leaving_ : 1 = false;      // in the same byte: each client that is idle has them
  bool is_query_cancelled_ = false;  // the query_timeout has sent its cancel
  bool has_run_since_probe_ = false;
  bool is_pin_logged_ = false;
  bool has_prepared_reset_ = false;      // in session mode, in which its statements are not followed
  bool is_pinned_for_settings_ = false;  // by the policy for them
  bool is_changing_names_ = false;       // the pool's catalog() waits for the end of the transaction
  bool is_probing_anyway_ = false;       // though nothing is suspected
  bool may_have_left_traces_ = false;    // in session mode, in which its server is not asked
  ChannelStep channel_step_ = ChannelStep::None;
  WaitStep wait_step_ = WaitStep::Quiet;
  bool is_hearing_in_place_ = false;  // the server is between two answers
  std::int32_t process_id_ = 0;       // told as its server's; its cancel key is in the registry under it
  std::unique_ptr<RefusedCommand> refused_;
  std::unique_ptr<Ear> ear_;
  std::unique_ptr<Tracing> tracing_;
  std::unique_ptr<Reset> reset_;
  const char* end_reason_ = "";  // where it is_ending_
  std::unique_ptr<const protocol::ErrorFields> last_words_;

  worker::TimePoint connected_at_;
  worker::TimePoint since_;                         // of the state; in a lease, of the last request or reply
  std::optional<worker::TimePoint> request_since_;  // of the first request that is not answered
  worker::TimePoint transaction_since_;             // of its first request; a lease may hold several
  worker::MethodTimer<Session, &Session::on_deadline> timer_{*this};
};

}  // namespace howdah::client
