// What one server has prepared, as its own answers tell, and the requests under way that will change that.
//
// A request that prepares or closes is noted before it is sent; the set changes when its answer comes, in the
// same order. A note of the batch under way may be counted on: if it fails, the server skips the rest of the
// batch as well. One of an earlier batch that is not answered yet may not. One thread. (PostgreSQL
// documentation: "Extended Query", "Pipelining")
#pragma once

#include <cstdint>
#include <deque>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "protocol/statement.h"

namespace howdah::protocol {

// Which unnamed statement a server has: each Parse of one gets a number of its own; 0: none.
using UnnamedNumber = std::uint64_t;
// Of an unnamed statement that no session may use.
inline constexpr UnnamedNumber kNobodysUnnamed = UINT64_MAX;

struct StatementNote {
  enum class Kind : std::uint8_t {
    ClientParse,  // the client's, under the statement's server name
    ClientReuse,  // stands for the client's Parse of what the server has already: a Close of nothing
    ClientUse,    // the client's, of its `name`, which changes nothing: its error is to tell that name
    ClientClose,  // of the client's `name`, which the server does not know
    FrontParse,   // ours, so that the server has what the next message needs
    FrontClose,   // ours
    UnnamedParse,
    UnnamedClose,
    VisibleParse,  // under the client's own `name`, for SQL that uses it
    VisibleClose,
    ClientDescribe,  // the client is told of the statement, which it may have called by this `name`
    FrontDescribe,   // ours, to see whether the statement still is what clients have been told
    Setting,         // runs a plain SET or RESET: `name` is its text
  };
  Kind kind;
  std::uint64_t batch = 0;
  StatementPointer statement = {};
  std::string name = {};
  UnnamedNumber unnamed = 0;  // of a ClientParse or ClientReuse too, where it stands for a Parse of an unnamed one
  StatementShape shape = {};  // what the answer to a Describe told
};

class ServerStatements {
 public:
  enum class Presence { Absent, Present, Uncertain };

  // A request that goes out next.
  void note(StatementNote note);
  // The oldest one has been answered well; the note that it had.
  StatementNote complete();
  // The oldest one has been answered by an error; its note.
  StatementNote fail();
  // A part of the answer to the oldest one, which is a Describe.
  void note_described(char type, Bytes body) { notes_.front().shape.note(type, body); }
  // The oldest ones were skipped by the server.
  void drop(std::size_t count);

  // Whether the server will have it when it comes to the batch with this number.
  [[nodiscard]] Presence presence(const StatementPointer& statement, std::uint64_t batch) const;
  // It has been prepared, whatever is under way.
  [[nodiscard]] bool has(const StatementPointer& statement) const {
    return (!order_.empty() && order_.back() == statement) || places_.contains(statement);
  }
  // Prepared, answered, and nothing is under way that changes it.
  [[nodiscard]] bool is_prepared(const StatementPointer& statement) const;
  // The newest or oldest note about a client's name or a statement; null where there is none.
  [[nodiscard]] const StatementNote* newest_for(std::string_view name) const;
  [[nodiscard]] const StatementNote* oldest_for(std::string_view name) const;
  [[nodiscard]] const StatementNote* newest_for(const StatementPointer& statement) const;

  // A FrontDescribe is not answered yet.
  [[nodiscard]] bool is_checking() const { return check_count_ > 0; }
  // One of this kind is not answered yet.
  [[nodiscard]] bool is_noted(StatementNote::Kind kind) const;
  // Requests that are not answered yet.
  [[nodiscard]] std::size_t noted_count() const { return notes_.size(); }

  void touch(const StatementPointer& statement);
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  // Used the longest ago first.
  [[nodiscard]] const std::list<StatementPointer>& in_order_of_use() const { return order_; }

  // The one that Bind and Describe would meet there.
  [[nodiscard]] UnnamedNumber unnamed() const { return unnamed_; }
  // The one that the last session has by what was run: the same, or one that a shared statement stands for.
  [[nodiscard]] UnnamedNumber session_unnamed() const { return session_unnamed_; }
  // Counts up with everything that was run and sets or destroys the unnamed statement.
  [[nodiscard]] std::uint64_t unnamed_changes() const { return unnamed_changes_; }
  // A simple Query was run: it destroys the unnamed statement.
  void on_query_run() { set_unnamed(0); }
  // One of our own was: the session's is only not in place.
  void on_own_query_run() { unnamed_ = 0; }

  // Whether the server will know this name of the client's, for the sake of SQL, when it comes to the batch.
  [[nodiscard]] Presence visible_presence(const std::string& name, std::uint64_t batch) const;
  // Names of the client's that the server knows for the sake of SQL.
  [[nodiscard]] const std::unordered_set<std::string>& visible_names() const { return visible_names_; }
  void forget_visible(const std::string& name) { visible_names_.erase(name); }

  // DEALLOCATE ALL was run.
  void clear();

  // The stale version (see StatementCache) that this server has acted on.
  [[nodiscard]] std::uint64_t stale_version() const { return stale_version_; }
  void set_stale_version(std::uint64_t version) { stale_version_ = version; }

 private:
  [[nodiscard]] StatementNote take_note();
  void set_unnamed(UnnamedNumber number);
  void set_session_unnamed(UnnamedNumber number);
  void add(const StatementPointer& statement);
  void remove(const StatementPointer& statement);

  std::deque<StatementNote> notes_;
  std::size_t check_count_ = 0;        // of those
  std::list<StatementPointer> order_;  // the one used last is at the back
  std::unordered_map<StatementPointer, std::list<StatementPointer>::iterator> places_;
  std::unordered_set<std::string> visible_names_;
  UnnamedNumber unnamed_ = 0;
  UnnamedNumber session_unnamed_ = 0;
  std::uint64_t unnamed_changes_ = 0;
  std::uint64_t stale_version_ = 0;
};

}  // namespace howdah::protocol
