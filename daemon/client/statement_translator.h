// Between the names that a client gave its prepared statements and those on whatever server it has just now.
//
// Parse, Bind, Describe and Close are written anew with the server's names; what the server lacks is prepared
// in front of the message, in the same write. The unnamed statement follows its session too: where it is not
// in place it is prepared again, or a shared one stands for it. Statements that SQL text names (EXECUTE, DEALLOCATE)
// are prepared under the client's own names for as long as the lease lasts; behind text that may change which
// statements there are, what names one waits for the answers. Names that the client does not have reach the server as
// they are, so that its errors are PostgreSQL's own. What a message changes counts when its answer has come.
// A client reads rows by what a Describe has told it, maybe long ago and of another server. Where the catalog has
// changed since, a server that lacks a statement is asked first whether it still is what clients were told; rows of
// another shape reach only a client that asks for their description with them, others get PostgreSQL's error.
// What lasts from one lease to the next are the client's own statements (client_statements.h). The translator is there
// for a lease, owned by its session meanwhile, and is used again for another one. One worker's thread. (PostgreSQL
// documentation: "Extended Query", "Pipelining"; "PREPARE", "EXECUTE", "DEALLOCATE")
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/client/client_statements.h"
#include "daemon/io/output_batch.h"
#include "daemon/pool/statement_cache.h"
#include "daemon/server/server_connection.h"
#include "protocol/frame_walker.h"
#include "protocol/server_statements.h"
#include "protocol/statement_messages.h"

namespace howdah::client {

// Names of clients that look like ours go to servers behind this: ours go on with digits.
inline constexpr std::string_view kForeignPrefix = "howdah_none_";
// Under this name servers are asked for a statement whose rows would not be those that the client was told of. It meets
// none of those behind the prefix, which all look like ours.
inline constexpr std::string_view kOutdatedName = "howdah_none_outdated";

struct StatementLimits {
  std::size_t per_server = 0;  // more than these are closed before the next batch, those used the longest ago
  bool reuse_unnamed = false;  // an unnamed statement with a text seen before is the server's shared one
};

class StatementTranslator {
 public:
  // Of the session's `count`th unnamed statement; no other one has it.
  [[nodiscard]] static protocol::UnnamedNumber unnamed_number(std::uint64_t session_id, std::uint32_t count) {
    return session_id << 32U | count;
  }

  // Whose statements, and by what rules. `session_id` is unique in the process.
  struct Lessee {
    ClientStatements& prepared;
    pool::StatementCache& cache;
    StatementLimits limits;
    std::uint64_t session_id;
  };
  void begin_lease(const Lessee& lessee, const server::ServerConnection& server);
  // After settle(), outside of a transaction. Nothing of the lease is left, and nothing is held any more.
  void end_lease();

  struct Translation {
    bool is_held = false;            // nothing was done: it depends on answers that are still to come
    std::size_t replaced_bytes = 0;  // so many of the frame's first bytes are replaced by what was written
    bool is_repeatable = false;  // a Bind that may be sent again, with what follows it, if it is refused as outdated
  };
  // The beginning of a Parse, Bind, Describe, Close or Query that is about to go to `server`, whose words()
  // have read it, and that the server will answer: it neither skips messages nor reads COPY data. Notes what
  // the server will owe for it; writes what stands in front of it, and what replaces its own front, to `out`.
  // `behind`: what has come behind the whole frame.
  [[nodiscard]] Translation begin_frame(const protocol::Piece& piece, protocol::Bytes behind,
                                        server::ServerConnection& server, io::OutputBatch& out);

  struct PlainBind {
    std::size_t replaced_bytes = 0;
    const protocol::Statement* statement = nullptr;  // null: the unnamed one
  };
  // The same for a whole Bind in the middle of a batch, if nothing has to be looked into: it is noted, and the front
  // that is given back has been replaced. Nothing: it is for begin_frame.
  [[nodiscard]] std::optional<PlainBind> begin_plain_bind(protocol::Bytes frame, server::ServerConnection& server,
                                                          io::OutputBatch& out);
  // A whole Describe or Close, or an Execute, that means the same to the server, and that nothing is to be known of.
  [[nodiscard]] bool is_plain_target(protocol::Bytes frame) const {
    return !described_next_.statement && !frame.substr(protocol::kFrameHeaderBytes).starts_with('S');
  }
  [[nodiscard]] bool is_plain_execute() const { return bound_setting_.text.empty(); }

  // The plain SET or RESET that this Execute is known to run; empty where it is none.
  [[nodiscard]] std::string_view bound_setting(const protocol::Piece& piece,
                                               const server::ServerConnection& server) const;
  // An Execute that is about to go to `server`, as begin_frame. It goes as it is.
  void begin_execute(const protocol::Piece& piece, server::ServerConnection& server) {
    if (!is_plain_execute() && begin_setting(piece, server)) return;
    server.owed().expect(protocol::Request::Execute);
  }

  // The answers of the server, in order.
  void on_answered(const protocol::StatementNote& note);
  void on_command_tag(std::string_view tag, server::ServerConnection& server);
  // An error that tells of statements, whole: the same with the client's name for one.
  // `asked`: the noted request that it answers.
  [[nodiscard]] std::string on_error(protocol::Bytes frame, const std::optional<protocol::StatementNote>& asked);

  // What this Bind, whole, runs; empty where it is not known.
  [[nodiscard]] std::string_view bound_text(protocol::Bytes bind) const;
  // The server has refused this Bind, whole, because the catalog has changed. It has not been answered to the client.
  void on_outdated(protocol::Bytes bind);

  // Nothing is owed any more.
  void settle(server::ServerConnection& server);
  // The client's own names are closed again before others get the server. False: there are none.
  [[nodiscard]] bool close_visible(server::ServerConnection& server, io::OutputBatch& out);

 private:
  struct Call {
    const protocol::Piece& piece;
    protocol::Bytes behind;
    server::ServerConnection& server;
    io::OutputBatch& out;
  };
  struct LookUp {
    protocol::StatementPointer statement = {};
    bool is_held = false;
    bool is_awaited = false;  // its Parse is of an earlier batch and not answered yet
    bool is_refused = false;  // as PostgreSQL refuses a plan that would give other rows
    bool is_renewed = false;  // it is not the one that was looked up, but stands for it from now on
  };
  // Whether the rows of a Bind will be described to the client.
  enum class Description { Comes, Lacks, Unknown };
  struct ServerName {
    protocol::StatementPointer statement;
    std::string client_name;
  };
  // What the Describe behind a Bind will tell of. A server that skips the one skips the other too.
  struct DescribedNext {
    protocol::StatementPointer statement = {};
    std::uint64_t batch = 0;
  };
  // A plain SET or RESET that was bound to the unnamed portal.
  struct BoundSetting {
    std::uint64_t batch = 0;
    std::string text = {};  // empty: it was none
  };
  static constexpr std::size_t kMostUnnamedBefore = 4;

  Translation parse(Call& call);
  Translation parse_unnamed(Call& call, protocol::Bytes definition);
  Translation parse_shared(Call& call, const protocol::StatementPointer& statement);
  Translation parse_named(Call& call, const protocol::ParseBody& body);
  Translation parse_again(Call& call, const protocol::StatementPointer& statement, const protocol::ParseBody& body);
  // For the client's Parse, of a statement with this name or of an unnamed one with this number.
  Translation prepare(Call& call, std::string_view name, const protocol::StatementPointer& statement,
                      protocol::UnnamedNumber unnamed = 0);
  Translation reuse(Call& call, std::string_view name, const protocol::StatementPointer& statement,
                    protocol::UnnamedNumber unnamed = 0);
  Translation parse_too_large(Call& call);
  Translation bind(Call& call);
  // Of a statement that is in place: see there.
  std::size_t bind_in_place(const protocol::BindFront& front, const protocol::StatementPointer& statement,
                            std::size_t frame_bytes, server::ServerConnection& server, io::OutputBatch& out);
  Translation bind_found(Call& call, const protocol::BindFront& front, const LookUp& found, Description description);
  Translation bind_unnamed(Call& call, const protocol::BindFront& front);
  Translation target(Call& call);
  Translation describe(Call& call, std::string_view name);
  Translation describe_found(Call& call, std::string_view name, const LookUp& found);
  Translation describe_unnamed(Call& call);
  Translation close(Call& call, std::string_view name);
  Translation query(Call& call);
  // Until answers have come; sees to it that they do.
  Translation hold(Call& call);

  [[nodiscard]] LookUp look_up(const Call& call, std::string_view name) const;
  // The same, such that the client will understand its rows.
  [[nodiscard]] LookUp look_up_to_use(Call& call, std::string_view name, Description description);
  [[nodiscard]] LookUp look_up_shared(Call& call, Description description);
  [[nodiscard]] LookUp usable(Call& call, LookUp found, Description description);
  [[nodiscard]] static Description description_of(const Call& call);
  // Whether it has to be seen first what the statement has become.
  [[nodiscard]] bool must_be_checked(const Call& call, const protocol::StatementPointer& statement) const;
  void check(Call& call, const protocol::StatementPointer& statement);
  void on_checked(const protocol::StatementNote& note);
  [[nodiscard]] protocol::StatementPointer bound_statement(protocol::Bytes bind) const;
  [[nodiscard]] bool is_outdated(const protocol::StatementPointer& statement) const;
  void expect_description(Call& call, const protocol::StatementPointer& statement, std::string_view name = {});
  [[nodiscard]] static std::string server_name_of(const LookUp& found, std::string_view name);
  // What an unnamed statement with this definition may be; null: a statement of its own.
  [[nodiscard]] protocol::StatementPointer shared_for(const Call& call, protocol::Bytes definition);
  [[nodiscard]] bool may_share(const Call& call) const;
  [[nodiscard]] protocol::UnnamedNumber new_unnamed_number() {
    return unnamed_number(session_id_, ++prepared_->unnamed_count);
  }
  // A new unnamed statement of the session; the one before counts again where the server skips this one.
  UnnamedStatement& replace_unnamed(Call& call, protocol::UnnamedNumber number);
  // It is known which one the session has.
  [[nodiscard]] bool is_unnamed_certain(Call& call);
  void put_in_place(Call& call, const protocol::StatementPointer& statement);
  // False: held.
  [[nodiscard]] bool put_unnamed_in_place(Call& call);
  [[nodiscard]] bool put_visible_in_place(Call& call, std::string_view text);
  // The statement is about to be used, here or where it was parsed; bound, it may be run. False: held.
  [[nodiscard]] bool take_text(Call& call, protocol::Bytes definition);
  [[nodiscard]] bool take_bound_text(Call& call, protocol::Bytes definition);
  void note_changes(std::string_view text);
  void note_bound(Call& call, std::string_view portal, protocol::Bytes definition);
  // The statement of this name, if this server has it, nothing about any statement is under way, and all that is to be
  // done to use it is to say its name: so it is nearly always. Null: it has to be looked into.
  [[nodiscard]] const protocol::StatementPointer* in_place(const server::ServerConnection& server,
                                                           std::string_view name) const;
  [[nodiscard]] bool is_unnamed_in_place(const server::ServerConnection& server) const;
  [[nodiscard]] bool begin_setting(const protocol::Piece& piece, server::ServerConnection& server);
  // Nothing is under way that may change which statement a name stands for.
  [[nodiscard]] bool are_names_certain(const Call& call) const;
  // The server would get more statements than it may keep, and there is no batch end at which some could go.
  [[nodiscard]] bool must_trim_first(const Call& call) const;
  // Nothing where it is none of the client's. Empty: of the unnamed one.
  [[nodiscard]] std::optional<std::string> client_name_of(std::string_view server_name) const;
  // Judges by the server's answers what has become of the unnamed statement. None about it is due.
  void settle_unnamed(server::ServerConnection& server);
  static void forget(UnnamedStatement& before);
  void trim(Call& call);
  void parse_in_front(Call& call, const protocol::StatementPointer& statement);
  void close_in_front(Call& call, const protocol::StatementPointer& statement);
  [[nodiscard]] bool can_reuse(const Call& call, const protocol::StatementPointer& statement) const;
  [[nodiscard]] std::string variant(const server::ServerConnection& server) const;
  void expect_noted(Call& call, protocol::Request request, protocol::Asker asker, protocol::StatementNote note);

  ClientStatements* prepared_ = nullptr;
  pool::StatementCache* cache_ = nullptr;
  StatementLimits limits_;
  std::uint64_t session_id_ = 0;

  // The unnamed statements before the present one since answers were last looked at: one of them counts again where the
  // server skipped newer ones.
  // The first one, and the last ones.
  std::array<UnnamedStatement, kMostUnnamedBefore> unnamed_before_;
  std::size_t unnamed_before_count_ = 0;
  UnnamedStatement answered_;          // the last one that a shared statement stands for, by the server's answers
  std::uint64_t unnamed_changes_ = 0;  // the server's count of them when we last looked
  DescribedNext described_next_;
  std::vector<protocol::StatementPointer> outdated_here_;  // by what this transaction has changed
  std::uint64_t unnamed_batch_ = 0;                        // in which it is in place, one more than its number; 0: none
  std::uint64_t changing_batch_ = 0;       // in which the catalog may change, one more than its number; 0: none
  bool has_changed_catalog_ = false;       // in a transaction that has not ended
  bool is_changing_names_ = false;         // text that may do so is under way, or was in this transaction
  std::vector<std::string> deallocating_;  // named by SQL that is under way, in order
  std::vector<std::string> preparing_;
  BoundSetting bound_setting_;
  std::vector<ServerName> parsed_;  // what the names on the server stand for, in errors that may still come
};

}  // namespace howdah::client
