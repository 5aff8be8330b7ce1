#include "protocol/state_hints.h"

#include <algorithm>

namespace howdah::protocol {

namespace {

constexpr std::array<std::string_view, 9> kKindNames = {"settings",       "named statement",  "listen",
                                                        "held cursor",    "temporary object", "advisory lock",
                                                        "loaded library", "code block",       "unnamed statement"};

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

bool is_local_to_transaction(std::string_view word_after_set) {
  return word_after_set == "local" || word_after_set == "transaction" || word_after_set == "constraints";
}

bool is_session_advisory(std::string_view word) {
  return word.find("advisory") != std::string_view::npos && word.find("xact") == std::string_view::npos &&
         word.find("unlock") == std::string_view::npos;
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
  word_size_ = 0;
  word_count_ = 0;
  place_ = Place::Elsewhere;
  starts_transaction_ = false;
  names_statements_ = false;
  changes_statements_ = false;
}

void StatementWords::feed(Bytes text) {
  for (const char c : text) {
    if (is_word_byte(c)) {
      if (word_size_ < kLongestWord) word_[word_size_] = lower(c);
      ++word_size_;
    } else {
      if (word_size_ > 0) end_word();
      if (place_ != Place::Elsewhere) end_place(c);
    }
  }
}

// Other than space after SET or SET LOCAL: a comment that may hold any word, a quoted name, or the dot of a
// setting whose first name is "local".
// And whatever could end a comment that held the word WITHOUT.
void StatementWords::end_place(char c) {
  if (place_ == Place::AfterWithout ? c == ' ' : is_space(c)) return;
  if (place_ == Place::AfterSet || (place_ == Place::AfterSetLocal && c != '"')) has_session_set_ = true;
  place_ = Place::Elsewhere;
}

void StatementWords::end_word() {
  if (word_size_ == 0) return;
  const std::string_view word(word_.data(), word_size_ > kLongestWord ? 0 : word_size_);
  word_size_ = 0;
  ++word_count_;
  if (word_count_ == 1 && (word == "begin" || word == "start")) starts_transaction_ = true;
  if (place_ == Place::AfterSet && is_local_to_transaction(word)) {
    has_local_set_ = true;
    place_ = Place::AfterSetLocal;
    return;
  }
  if (place_ == Place::AfterSet) has_session_set_ = true;
  note_word(word);
  place_ = word == "set" ? Place::AfterSet : word == "without" ? Place::AfterWithout : Place::Elsewhere;
}

void StatementWords::note_word(std::string_view word) {
  switch (word.size()) {
    case 4:
      if (word == "temp") kinds_.add(StateKind::TemporaryObject);
      has_hold_ = has_hold_ || (word == "hold" && place_ != Place::AfterWithout);
      break;
    case 5:
      has_session_set_ = has_session_set_ || word == "reset";
      break;
    case 7:
      names_statements_ = names_statements_ || word == "prepare" || word == "execute";
      changes_statements_ = changes_statements_ || word == "prepare" || word == "discard";
      break;
    case 9:
      if (word == "temporary") kinds_.add(StateKind::TemporaryObject);
      break;
    case 10:
      if (word == "set_config") kinds_.add(StateKind::Settings);
      names_statements_ = names_statements_ || word == "deallocate";
      changes_statements_ = changes_statements_ || word == "deallocate";
      break;
    default:
      break;
  }
  if (word.size() > 10 && is_session_advisory(word)) kinds_.add(StateKind::AdvisoryLock);
  if (word.starts_with("pg_temp")) kinds_.add(StateKind::TemporaryObject);  // or pg_temp_3
}

void note_command_tag(std::string_view tag, const StatementWords& words, StateKinds& kinds) {
  if (tag == "SET") {
    if (words.has_session_set()) kinds.add(StateKind::Settings);
  } else if (tag == "LISTEN") {
    kinds.add(StateKind::Listen);
  } else if (tag == "PREPARE") {
    kinds.add(StateKind::NamedStatement);
  } else if (tag == "DECLARE CURSOR") {
    if (words.has_hold()) kinds.add(StateKind::HeldCursor);
  } else if (tag == "LOAD") {
    kinds.add(StateKind::LoadedLibrary);
  } else if (tag == "DO" || tag == "CALL") {
    kinds.add(StateKind::CodeBlock);
  } else if (tag == "DISCARD ALL") {
    kinds.clear();
  } else if (tag == "DEALLOCATE ALL") {
    kinds.remove(StateKind::NamedStatement);
  }
}

}  // namespace howdah::protocol
