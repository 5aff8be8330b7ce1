#include "protocol/state_hints.h"

#include <algorithm>
#include <utility>

#include "protocol/left_state.h"
#include "protocol/telling_names.h"

namespace howdah::protocol {

namespace {

constexpr std::array<std::string_view, 12> kKindNames = {"settings",        "named statement",   "listen",
                                                         "held cursor",     "temporary object",  "advisory lock",
                                                         "code block",      "loaded library",    "replication origin",
                                                         "large statement", "unnamed statement", "sequence value"};

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// The bytes that words are made of, as they are compared; 0 for all others.
constexpr std::array<char, 256> kWordBytes = [] {
  std::array<char, 256> bytes{};
  for (int c = 0; c < 256; ++c) {
    const bool is_word_byte = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (is_word_byte || c >= 0x80) bytes[static_cast<std::size_t>(c)] = lower(static_cast<char>(c));
  }
  return bytes;
}();

char word_byte(char c) {
  return kWordBytes[static_cast<unsigned char>(c)];
}

// A word that lies in its text as it was written, beside one in lower case.
bool is_word(std::string_view word, std::string_view lower_word) {
  return std::ranges::equal(word, lower_word, [](char a, char b) { return word_byte(a) == b; });
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

bool is_local_to_transaction(std::string_view word_after_set) {
  return is_word(word_after_set, "local") || is_word(word_after_set, "transaction") ||
         is_word(word_after_set, "constraints");
}

bool has_part(std::string_view word, std::string_view lower_part) {
  const auto is_same = [](char a, char b) { return word_byte(a) == b; };
  return !std::ranges::search(word, lower_part, is_same).empty();
}

bool begins(std::string_view word, std::string_view lower_front) {
  return word.size() >= lower_front.size() && is_word(word.substr(0, lower_front.size()), lower_front);
}

// ON CONFLICT DO NOTHING, CREATE RULE ... DO INSTEAD: no code block.
bool is_action_of_rule_or_conflict(std::string_view word) {
  return is_word(word, "nothing") || is_word(word, "update") || is_word(word, "instead") || is_word(word, "also");
}

// Functions of PostgreSQL and its extensions that run a text which is given to them.
bool runs_text(std::string_view word) {
  static constexpr std::array<std::string_view, 5> kFronts = {"ts_stat", "ts_rewrite", "crosstab", "connectby",
                                                              "query_to_xml"};
  return std::ranges::any_of(kFronts, [word](std::string_view front) { return begins(word, front); });
}

// Behind CREATE or ALTER: what may make a name, or a function that others run, mean something else. Plain tables and
// indexes do not.
bool tells_of_names(std::string_view word) {
  static constexpr std::array<std::string_view, 23> kWords = {
      "function", "procedure", "trigger", "view",      "rule",    "policy", "operator", "aggregate",
      "domain",   "extension", "default", "check",     "cast",    "type",   "inherit",  "inherits",
      "attach",   "partition", "rename",  "generated", "cascade", "like",   "transform"};
  return std::ranges::any_of(kWords, [word](std::string_view one) { return is_word(word, one); });
}

// In names of others, too: my_advisory_lock.
bool is_advisory(std::string_view word) {
  const bool may_be = word.contains('v') || word.contains('V');
  return may_be && has_part(word, "advisory") && !has_part(word, "xact");
}

// With which letters the words begin that note_word knows, by their length: most words of most texts are none of them.
constexpr std::string_view first_letters(std::size_t length) {
  switch (length) {
    case 1:
      return "u";
    case 2:
      return "d";
    case 3:
      return "s";
    case 4:
      return "cdhlnt";
    case 5:
      return "aclr";
    case 6:
      return "cl";
    case 7:
      return "cdelpqtw";
    case 8:
      return "cdpqtu";
    case 10:
      return "cdpqst";
    default:
      return length > 8 ? "cpqt" : "";
  }
}

constexpr std::size_t kShortestAdvisory = 11;
constexpr std::array<std::uint32_t, kShortestAdvisory> kFirstLetters = [] {
  std::array<std::uint32_t, kShortestAdvisory> letters{};
  for (std::size_t length = 0; length < kShortestAdvisory; ++length) {
    for (const char c : first_letters(length)) letters[length] |= 1U << static_cast<unsigned>(c - 'a');
  }
  return letters;
}();

// Not empty.
bool may_be_known(std::string_view word) {
  if (word.size() >= kShortestAdvisory) return true;
  const auto letter = static_cast<unsigned>(word_byte(word.front()) - 'a');
  return letter < 26 && ((kFirstLetters[word.size()] >> letter) & 1U) != 0;
}

}  // namespace

std::string_view state_kind_name(StateKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::string_view StateKinds::first_name() const {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (has(static_cast<StateKind>(i))) return kKindNames[i];
  }
  return {};
}

void StatementWords::begin_text() {
  part_size_ = 0;
  is_at_beginning_ = true;
  is_statement_start_ = true;
  may_have_comment_ = false;
  hides_names_ = false;
  names_database_ = false;
  may_leave_state_ = false;
  kinds_.clear();
  place_ = Place::Elsewhere;
  starts_transaction_ = false;
  names_settings_ = false;
  calls_set_config_ = begins_with_set_ = may_reset_settings_ = false;
  names_statements_ = false;
  changes_statements_ = false;
  writes_ = false;
  creates_ = false;
  may_change_names_ = false;
  reads_sequences_ = false;
  named_.clear();
}

void StatementWords::reset() {
  begin_text();
  has_session_set_ = has_local_set_ = has_hold_ = false;
  may_remove_state_ = false;
  met_.clear();
}

void StatementWords::feed(Bytes text) {
  for (auto at = text.begin(); at != text.end();) {
    const auto* const start = at;
    while (at != text.end() && word_byte(*at) != 0) ++at;
    if (at != start) {
      const std::string_view run(start, at);
      const bool is_whole = part_size_ == 0 && at != text.end();
      is_whole ? take_word(run) : keep_part(run);
    }
    if (at == text.end()) break;
    end_word();
    if (place_ != Place::Elsewhere) end_place(*at);
    if (*at != ' ') note_sign(*at);
    ++at;
  }
}

// It may go on in the next piece of the text.
void StatementWords::keep_part(std::string_view part) {
  if (part_size_ < kLongestWord) part.copy(&part_[part_size_], kLongestWord - part_size_);
  part_size_ += part.size();
}

void StatementWords::end_word() {
  if (part_size_ == 0) return;
  const auto size = std::exchange(part_size_, 0);
  const bool is_too_long = size > kLongestWord;
  take_word(std::string_view(part_.data(), is_too_long ? 0 : size));
  if (is_too_long && names_) note_name(std::string_view(part_.data(), kLongestWord));
}

// Other than space after SET or SET LOCAL: a comment that may hold any word, a quoted name, or the dot of a
// setting whose first name is "local".
// And whatever could end a comment that held the word WITHOUT.
void StatementWords::end_place(char c) {
  if (place_ == Place::AfterU && c == '&') {
    place_ = Place::AfterUAmpersand;
    return;
  }
  if (place_ == Place::AfterUAmpersand && c == '"') {
    hides_names_ = true;
    suspect(StateKind::CodeBlock);
  }
  const bool goes_on = place_ == Place::AfterWithout ? c == ' ' : is_space(c);
  if (goes_on && place_ != Place::AfterU && place_ != Place::AfterUAmpersand) return;
  if (place_ == Place::AfterDo) suspect(StateKind::CodeBlock);
  if (place_ == Place::AfterSet || (place_ == Place::AfterSetLocal && c != '"')) has_session_set_ = true;
  place_ = Place::Elsewhere;
}

void StatementWords::take_word(std::string_view word) {
  const bool is_first = std::exchange(is_at_beginning_, false);
  if (is_first && (is_word(word, "begin") || is_word(word, "start"))) starts_transaction_ = true;
  if (place_ == Place::AfterSet) {
    if (is_local_to_transaction(word)) {
      has_local_set_ = true;
      place_ = Place::AfterSetLocal;
      return;
    }
    has_session_set_ = true;
  }
  const auto before = std::exchange(place_, Place::Elsewhere);
  may_begin_ = std::exchange(is_statement_start_, false) || may_have_comment_;
  if (before == Place::AfterDo || creates_ || (!word.empty() && may_be_known(word))) note_word(word, before);
  if (names_) note_name(word);
}

void StatementWords::note_name(std::string_view word) {
  const auto* traces = names_->find(word.substr(0, kLongestWord));
  if (traces != nullptr) note_traces(traces->always);
  if (traces != nullptr && writes_) note_traces(traces->by_writing);
  writes_ = writes_ || writes_rows(word);
}

void StatementWords::note_traces(const StateTraces& traces) {
  if (traces.kinds.is_empty()) return;
  kinds_.add(traces.kinds);
  met_.add(traces.kinds);
  may_leave_state_ = true;
  named_.push_back(&traces);
}

// Most words of most texts have another length or another first letter than those that tell something.
void StatementWords::note_word(std::string_view word, Place before) {
  if (before == Place::AfterDo && !is_action_of_rule_or_conflict(word)) suspect(StateKind::CodeBlock);
  if (creates_ && tells_of_names(word)) may_change_names_ = true;
  switch (word.size()) {
    case 1:
      if (is_word(word, "u")) place_ = Place::AfterU;
      break;
    case 2:  // DO and CALL count by where they stand: a tag comes only where they succeed
      if (may_begin_ && is_word(word, "do")) place_ = Place::AfterDo;
      break;
    case 3:
      if (!is_word(word, "set")) break;
      names_settings_ = true;
      begins_with_set_ = begins_with_set_ || may_begin_;
      place_ = Place::AfterSet;
      break;
    case 4:
      if (is_word(word, "temp")) suspect(StateKind::TemporaryObject);
      if (before != Place::AfterWithout && is_word(word, "hold")) has_hold_ = true;
      if (is_word(word, "drop")) may_remove_state_ = true;
      if (calls_set_config_ && is_word(word, "null")) may_reset_settings_ = true;
      if (is_word(word, "load")) may_leave_state_ = true;
      if (may_begin_ && is_word(word, "call")) suspect(StateKind::CodeBlock);
      break;
    case 5:
      if (is_word(word, "reset")) names_settings_ = has_session_set_ = may_remove_state_ = may_reset_settings_ = true;
      if (begins_with_set_ && is_word(word, "local")) may_reset_settings_ = true;
      if (is_word(word, "close")) may_remove_state_ = true;
      if (is_word(word, "alter")) creates_ = true;
      break;
    case 6:
      if (is_word(word, "listen")) may_leave_state_ = true;
      if (is_word(word, "create")) creates_ = true;
      break;
    case 7:
      if (is_word(word, "declare")) may_leave_state_ = true;
      if (is_word(word, "execute")) names_statements_ = true;
      if (is_word(word, "prepare")) names_statements_ = changes_statements_ = true;
      if (is_word(word, "discard")) changes_statements_ = may_remove_state_ = may_reset_settings_ = true;
      if (begins_with_set_ && is_word(word, "default")) may_reset_settings_ = true;
      if (is_word(word, "without")) place_ = Place::AfterWithout;
      if (is_word(word, "lastval") || is_word(word, "currval")) reads_sequences_ = true;
      break;
    case 8:
      if (is_word(word, "unlisten")) may_remove_state_ = true;
      if (is_word(word, "database")) names_database_ = true;
      break;
    case 9:
      if (is_word(word, "temporary")) suspect(StateKind::TemporaryObject);
      break;
    case 10:
      if (is_word(word, "set_config")) {
        calls_set_config_ = true;
        suspect(StateKind::Settings);
      }
      if (is_word(word, "deallocate")) names_statements_ = changes_statements_ = may_remove_state_ = true;
      break;
    default:
      break;
  }
  if (word.size() >= 7) note_long_word(word);
}

void StatementWords::note_long_word(std::string_view word) {
  if (word.size() >= kShortestAdvisory && is_advisory(word)) {
    has_part(word, "unlock") ? void(may_remove_state_ = true) : suspect(StateKind::AdvisoryLock);
  }
  const char first = word_byte(word.front());
  if ((first == 'c' || first == 'q' || first == 't') && runs_text(word)) {
    hides_names_ = true;
    suspect(StateKind::CodeBlock);
  }
  if (first != 'p') return;
  if (begins(word, "pg_temp")) suspect(StateKind::TemporaryObject);  // or pg_temp_3
  if (is_word(word, "pg_settings")) suspect(StateKind::Settings);    // an UPDATE of it sets
  if (begins(word, "pg_replication_origin_session")) suspect(StateKind::ReplicationOrigin);
}

bool is_harmless_function(std::int32_t oid) {
  static constexpr std::array<std::int32_t, 15> kLargeObjects = {715, 764, 767, 952,  953,  954,  955, 956,
                                                                 957, 958, 964, 1004, 3170, 3171, 3172};
  return std::ranges::find(kLargeObjects, oid) != kLargeObjects.end();
}

bool may_name_any_setting(std::int32_t oid) {
  constexpr std::int32_t kSetConfig = 2078;
  constexpr std::int32_t kFirstOfUsers = 16384;
  return oid == kSetConfig || oid < 0 || oid >= kFirstOfUsers;
}

void note_command_tag(std::string_view tag, const StatementWords& words, LeftState& state) {
  if (counts_rows(tag)) return;
  if (tag == "SET") {
    if (words.has_session_set()) state.suspect(StateKind::Settings);
  } else if (tag == "RESET") {
    state.suspect(StateKind::Settings);
  } else if (tag == "LISTEN") {
    state.suspect(StateKind::Listen);
  } else if (tag == "PREPARE") {
    state.suspect(StateKind::NamedStatement);
  } else if (tag == "DECLARE CURSOR") {
    if (words.has_hold()) state.suspect(StateKind::HeldCursor);
  } else if (tag == "LOAD") {
    state.hold(StateKind::LoadedLibrary);
  } else if (tag == "DO" || tag == "CALL") {
    state.suspect(StateKind::CodeBlock);
  } else if (tag == "DISCARD ALL") {
    state.discard_all();
  } else if (tag == "DISCARD SEQUENCES") {  // it may not be the last command of its text
    if (!words.kinds().has(StateKind::SequenceValue)) state.remove(StateKind::SequenceValue);
  } else if (tag == "DEALLOCATE ALL") {
    state.remove(StateKind::NamedStatement);
    state.remove(StateKind::LargeStatement);
  }
}

}  // namespace howdah::protocol
