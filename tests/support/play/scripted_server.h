// A small model of PostgreSQL's side of a connection after its log-in: it speaks real bytes and keeps to the
// documented message flow, and what its statements do stands in their text. No I/O, no clock. (PostgreSQL
// documentation: "Message Flow")
//
//   SELECT x         one row with x                    SLEEP x      as SELECT, when the test says wake() or
//   cancel() ROWS n x         n rows with x                     BIG n x      one row of n bytes that begins
//   with x ERROR text       fails with 42601                  FATAL text   fails with 57P01 and closes CLOSE
//   closes without a word             NOTICE text  a notice COPY IN          COPY ... FROM STDIN; data that
//   holds "bad" fails COPY OUT n x     COPY ... TO STDOUT of n rows SET k = v, RESET k, SHOW k,
//   set_config(...), DISCARD ALL, LISTEN, BEGIN, COMMIT, ROLLBACK as they are; whatever else succeeds and is its own
//   tag. A Parse of "ERROR ..." or "... NOWHERE" fails; one of "LATE ERROR ..." fails at Execute.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "protocol/bytes.h"

namespace howdah::tests {

class ScriptedServer {
 public:
  // What howdah sent; answers as far as it can.
  void feed(protocol::Bytes bytes);
  [[nodiscard]] bool has_output() const { return !sent_.empty(); }
  [[nodiscard]] std::size_t output_bytes() const { return sent_.size(); }
  std::string take_output(std::size_t most = SIZE_MAX);
  // No more comes behind the output, and nothing is read.
  [[nodiscard]] bool is_closed() const { return is_closed_; }

  [[nodiscard]] bool is_asleep() const { return is_asleep_; }
  // What the statement that sleeps would select.
  [[nodiscard]] const std::string& dream() const { return sleep_text_; }
  void wake();
  // A CancelRequest has arrived. What was hit; empty where it met nobody.
  std::string cancel();
  // Reads nothing until let_go.
  void hold() { is_held_ = true; }
  void let_go();
  // An administrator ends it.
  void die();
  // Puts whole messages out of turn.
  void say(protocol::Bytes bytes) { sent_.append(bytes); }

  // The messages that came since the last call, as frontend_text reads them.
  std::string take_heard();
  [[nodiscard]] const std::string& heard() const { return heard_; }
  [[nodiscard]] char status() const { return status_; }
  [[nodiscard]] bool is_in_copy() const { return copy_ != Copy::No; }
  // Messages of the extended protocol have come and their Sync has not.
  [[nodiscard]] bool is_in_batch() const { return is_in_batch_ || is_skipping_; }
  // Named statements, channels or settings are there.
  [[nodiscard]] bool has_session_state() const;
  // The same, apart from settings that howdah carries.
  [[nodiscard]] bool has_state_of_a_client() const;
  // Empty where it was not set.
  [[nodiscard]] std::string setting(const std::string& name) const;
  // Hears of each text, comment included and the name of a prepared statement behind it, before it is run or parsed.
  std::function<void(const std::string& text)> on_text;
  // As after DDL: whatever is prepared now fails from now on, "cached plan must not change result type"; what is
  // prepared later describes its column by another name. Texts that begin with "SELECT pg_" are not concerned.
  void change_tables(int by = 1);
  // So many DROP DATABASE are refused, since others are connected.
  void refuse_drops(int count) { drops_to_refuse_ = count; }
  // All that have names are gone, as after a function that deallocates them.
  void lose_statements() { forget_named(); }
  // It is a standby from now on: a WRITE fails with 25006. So does READONLY on any server, as if by the session's own
  // will.
  void demote() { is_standby_ = true; }
  // So many messages are read behind bad COPY data before it is noticed.
  void set_copy_lookahead(int messages) { copy_lookahead_ = messages; }

 private:
  struct Answer {
    std::vector<std::string> rows;
    std::string tag;
  };
  struct Portal {
    std::string text;
    std::optional<Answer> answer;  // once it has been executed
    std::size_t sent_rows = 0;
  };
  enum class Outcome { Done, Failed, Waits };
  enum class Copy { No, Simple, Extended };

  // --- messages: scripted_server.cpp
  void work();
  [[nodiscard]] bool take_message();
  void on_message(char type, protocol::Bytes body);
  [[nodiscard]] std::string take_text(const std::string& text, const std::string& name = {});
  void on_query(protocol::Bytes body);
  void go_on_with_query();
  void on_parse(protocol::Bytes body);
  void on_bind(protocol::Bytes body);
  void on_describe(protocol::Bytes body);
  void on_execute(protocol::Bytes body);
  void on_close(protocol::Bytes body);
  void on_sync();
  void on_function_call(protocol::Bytes body);
  void send_rows(Portal& portal, std::int32_t most_rows);
  void ready();

  // --- statements: scripted_statements.cpp
  // Runs a statement of which rows are sent at once.
  [[nodiscard]] Outcome run(const std::string& text);
  // The answer of a statement that neither waits nor talks; nothing when it failed.
  [[nodiscard]] std::optional<Answer> answer(const std::string& text);
  [[nodiscard]] std::optional<Answer> settings_answer(const std::string& text);
  [[nodiscard]] std::optional<Answer> discard_all();
  // --- probes: scripted_probe.cpp
  [[nodiscard]] static bool is_probe(const std::string& text);
  [[nodiscard]] Answer probe_answer(const std::string& text);
  // --- statements by SQL: scripted_sql_statements.cpp
  [[nodiscard]] static bool is_about_statements(const std::string& text);
  [[nodiscard]] static bool is_about_tables(const std::string& text);
  [[nodiscard]] std::optional<Answer> statements_answer(const std::string& text);
  void forget_named();
  [[nodiscard]] bool is_outdated(const std::string& name);
  [[nodiscard]] bool refuses(const std::string& text);
  [[nodiscard]] bool call_set_config(const std::string& all);
  [[nodiscard]] bool set(const std::string& name, const std::optional<std::string>& value);
  void roll_settings_back();
  Outcome begin_copy_in();
  void copy_out(const std::string& rest);
  void on_copy_message(char type, protocol::Bytes body);
  void end_copy(bool is_good);
  void send_answer(const Answer& answer);
  void put(char type, protocol::Bytes body = {});
  void put_row(const std::string& text);
  void put_tag(const std::string& tag);
  void put_description(const std::string& text);
  void fail(std::string_view sqlstate, const std::string& message, const std::string& routine = {});
  void end_failed();
  void flush();

  std::string in_;
  std::string buffered_;  // answers that are sent at the next flush
  std::string sent_;
  std::string heard_;
  bool is_closed_ = false;
  bool is_held_ = false;
  bool is_standby_ = false;
  bool is_asleep_ = false;
  bool is_skipping_ = false;
  bool is_in_batch_ = false;
  bool is_in_query_ = false;  // a simple query is under way
  char status_ = 'I';
  Copy copy_ = Copy::No;
  int copy_rows_ = 0;
  int copy_lookahead_ = 0;
  int drops_to_refuse_ = 0;
  std::optional<int> bad_data_in_;  // messages until it is noticed
  bool is_cancel_pending_ = false;
  std::string sleep_text_;
  std::deque<std::string> statements_;  // of the simple query, still to run
  std::map<std::string, std::string> prepared_;
  std::set<std::string> sql_names_;  // of those made by PREPARE
  std::set<std::string> outdated_;
  int table_version_ = 1;
  std::map<std::string, Portal> portals_;
  std::map<std::string, std::string> settings_;
  std::optional<std::map<std::string, std::string>> settings_before_;  // the transaction; nothing: it changed none
  std::map<std::string, std::string> reports_;  // ParameterStatus due before the next ReadyForQuery
  std::set<std::string> channels_;
};

}  // namespace howdah::tests
