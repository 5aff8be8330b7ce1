// What a request may leave behind on a server after its transaction, told from the words of its text and from
// the command tags of its answers. It errs on the side of "may": the server is asked before it goes to another
// session. (PostgreSQL documentation: "DISCARD", "SET", "LISTEN", "Advisory Locks", "CREATE TABLE":
// temporary tables)
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol/bytes.h"

namespace howdah::protocol {

class TellingNames;
struct StateTraces;

enum class StateKind : std::uint8_t {
  Settings,
  NamedStatement,  // by SQL: PREPARE
  Listen,
  HeldCursor,
  TemporaryObject,
  AdvisoryLock,
  CodeBlock,      // DO, CALL and the like can leave any of those before
  LoadedLibrary,  // this one and the next end with the connection only
  ReplicationOrigin,
  LargeStatement,    // too large to be prepared again elsewhere
  UnnamedStatement,  // the same
  SequenceValue,     // that lastval or currval would give: no server can be asked for it
};

[[nodiscard]] std::string_view state_kind_name(StateKind kind);

// A small set of kinds.
class StateKinds {
 public:
  constexpr StateKinds() = default;
  constexpr StateKinds(std::initializer_list<StateKind> kinds) {
    for (const auto kind : kinds) add(kind);
  }
  constexpr void add(StateKind kind) { bits_ = static_cast<std::uint16_t>(bits_ | bit(kind)); }
  void add(StateKinds kinds) { bits_ = static_cast<std::uint16_t>(bits_ | kinds.bits_); }
  void remove(StateKind kind) { bits_ = static_cast<std::uint16_t>(bits_ & ~bit(kind)); }
  void remove(StateKinds kinds) { bits_ = static_cast<std::uint16_t>(bits_ & ~kinds.bits_); }
  constexpr void keep(StateKinds kinds) { bits_ = static_cast<std::uint16_t>(bits_ & kinds.bits_); }
  [[nodiscard]] bool has(StateKind kind) const { return (bits_ & bit(kind)) != 0; }
  [[nodiscard]] bool is_empty() const { return bits_ == 0; }
  void clear() { bits_ = 0; }
  // The first kind; there is one.
  [[nodiscard]] StateKind first() const { return static_cast<StateKind>(std::countr_zero(bits_)); }
  // Its name; empty where there is none.
  [[nodiscard]] std::string_view first_name() const;
  bool operator==(const StateKinds&) const = default;

 private:
  static constexpr std::uint16_t bit(StateKind kind) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
  }
  std::uint16_t bits_ = 0;
};

// Those that a server can be asked for: see state_probe.h.
inline constexpr StateKinds kAskableStateKinds{
    StateKind::Settings,        StateKind::NamedStatement, StateKind::Listen,   StateKind::HeldCursor,
    StateKind::TemporaryObject, StateKind::AdvisoryLock,   StateKind::CodeBlock};
// Those that DISCARD ALL leaves.
inline constexpr StateKinds kLastingStateKinds{StateKind::LoadedLibrary, StateKind::ReplicationOrigin};

// Reads statement texts in pieces of any size and remembers which telling words it met since `reset`.
class StatementWords {
 public:
  // Starts a new text.
  void begin_text();
  void feed(Bytes text);
  void end_text() { end_word(); }
  void reset();
  // Names that tell something in this database, from the next text on; null: none. A reset leaves them.
  void look_for(const std::shared_ptr<const TellingNames>& names) {
    if (names_ == names) return;
    names_ = names;
    named_.clear();
  }
  [[nodiscard]] const std::shared_ptr<const TellingNames>& names() const { return names_; }

  [[nodiscard]] bool has_session_set() const { return has_session_set_; }
  [[nodiscard]] bool has_hold() const { return has_hold_; }
  // A setting that lasts to the end of its transaction, or may.
  [[nodiscard]] bool has_local_set() const { return has_local_set_ || met_.has(StateKind::Settings); }
  // The text under way, or the last one, has the word SET or RESET.
  [[nodiscard]] bool names_settings() const { return names_settings_; }
  // It sets, or may run what does: the names of settings in it are worth reading. UPDATE ... SET is none of these.
  [[nodiscard]] bool may_name_settings() const {
    return begins_with_set_ || calls_set_config_ || kinds_.has(StateKind::CodeBlock);
  }
  // It may set settings back to what the connection began with: RESET, DISCARD, SET ... TO DEFAULT, TIME ZONE LOCAL.
  [[nodiscard]] bool may_reset_settings() const { return may_reset_settings_; }
  // It has the word DATABASE.
  [[nodiscard]] bool names_database() const { return names_database_; }
  // Names in it may be written so that they are not read here: U&"\0061".
  [[nodiscard]] bool hides_names() const { return hides_names_; }
  // The text under way, or the last one, may name prepared statements: PREPARE, EXECUTE, DEALLOCATE.
  [[nodiscard]] bool names_statements() const { return names_statements_; }
  // It may change which prepared statements there are: PREPARE, DEALLOCATE, DISCARD.
  [[nodiscard]] bool changes_statements() const { return changes_statements_; }
  // Anything of all this was met since reset: whoever runs the text has to know.
  [[nodiscard]] bool is_telling() const {
    return has_session_set_ || has_local_set_ || has_hold_ || names_statements_ || changes_statements_ ||
           starts_transaction_ || !met_.is_empty();
  }
  // Kinds that the words of the text under way, or the last one, tell: set_config, temporary objects, advisory locks,
  // and whatever runs other text.
  [[nodiscard]] StateKinds kinds() const { return kinds_; }
  // The text under way, or the last one, is worth remembering as what has left something: by its words, or by the tag
  // that may follow.
  [[nodiscard]] bool may_leave_state() const { return may_leave_state_ || calls_set_config_ || changes_statements_; }
  // Something of a session may be gone after it: DROP, CLOSE, UNLISTEN, RESET, DISCARD, DEALLOCATE, an unlock.
  [[nodiscard]] bool may_remove_state() const { return may_remove_state_; }
  // Of the names in it, what they may leave; as long as names() are those.
  [[nodiscard]] const std::vector<const StateTraces*>& named() const { return named_; }
  // It may make, or change, what a name means, so that other names tell something then.
  [[nodiscard]] bool may_change_names() const { return may_change_names_ && !kinds_.has(StateKind::TemporaryObject); }
  // The text under way, or the last one, has lastval or currval in it.
  [[nodiscard]] bool reads_sequences() const { return reads_sequences_; }
  // The text under way, or the last one, begins with BEGIN or START TRANSACTION.
  [[nodiscard]] bool starts_transaction() const { return starts_transaction_; }

 private:
  enum class Place { Elsewhere, AfterSet, AfterSetLocal, AfterWithout, AfterDo, AfterU, AfterUAmpersand };

  void keep_part(std::string_view part);
  void end_word();
  void end_place(char c);
  void take_word(std::string_view word);
  void note_sign(char c) {
    if (c == ';' || c == '\0') is_statement_start_ = true;
    if (c == '/' || c == '-') may_have_comment_ = true;
  }
  void suspect(StateKind kind) {
    kinds_.add(kind);
    met_.add(kind);
    may_leave_state_ = true;
  }
  void note_word(std::string_view word, Place before);
  void note_long_word(std::string_view word);
  void note_name(std::string_view word);
  void note_traces(const StateTraces& traces);

  static constexpr std::size_t kLongestWord = 63;  // as in a server's names
  std::array<char, kLongestWord> part_{};          // of a word, the end of which may be in the next piece
  std::size_t part_size_ = 0;                      // may exceed kLongestWord: then the word is none of ours
  bool is_at_beginning_ = true;                    // no word of the text has come yet
  bool is_statement_start_ = true;                 // nor one of the statement
  bool may_have_comment_ = false;                  // then a statement may begin anywhere
  bool may_begin_ = false;                         // the word under way may be the first of a statement
  Place place_ = Place::Elsewhere;
  bool has_session_set_ = false;
  bool has_local_set_ = false;
  bool has_hold_ = false;
  bool names_settings_ = false;
  bool begins_with_set_ = false;  // it or a statement in it
  bool calls_set_config_ = false;
  bool may_reset_settings_ = false;
  bool hides_names_ = false;
  bool names_database_ = false;
  bool may_leave_state_ = false;
  bool may_remove_state_ = false;
  bool names_statements_ = false;
  bool changes_statements_ = false;
  bool starts_transaction_ = false;
  bool writes_ = false;
  bool creates_ = false;
  bool may_change_names_ = false;
  bool reads_sequences_ = false;
  StateKinds kinds_;
  StateKinds met_;  // since reset
  std::shared_ptr<const TellingNames> names_;
  std::vector<const StateTraces*> named_;
};

// Of the functions that are called by their number: those for large objects, as libpq calls them.
[[nodiscard]] bool is_harmless_function(std::int32_t oid);
// set_config, and those that are not PostgreSQL's own.
[[nodiscard]] bool may_name_any_setting(std::int32_t oid);

// The tag of a command that has read or written rows ends with their count: those of most statements, and none of those
// that tell of state, settings or statements.
[[nodiscard]] inline bool counts_rows(std::string_view tag) {
  return !tag.empty() && tag.back() >= '0' && tag.back() <= '9';
}

// That count; 0 where there is none.
[[nodiscard]] inline std::uint64_t row_count(std::string_view tag) {
  std::uint64_t count = 0;
  std::uint64_t unit = 1;
  for (; counts_rows(tag); tag.remove_suffix(1), unit *= 10)
    count += unit * static_cast<std::uint64_t>(tag.back() - '0');
  return count;
}

// Takes the tag of a CommandComplete into account. DISCARD ALL empties the state.
void note_command_tag(std::string_view tag, const StatementWords& words, class LeftState& state);

}  // namespace howdah::protocol
