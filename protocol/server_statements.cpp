#include "protocol/server_statements.h"

#include <algorithm>
#include <utility>

namespace howdah::protocol {

using Kind = StatementNote::Kind;

namespace {

bool prepares(Kind kind) {
  return kind == Kind::ClientParse || kind == Kind::FrontParse;
}

// The client's Parse was of an unnamed statement. The server's own one of these is what it was.
bool is_shared_unnamed(const StatementNote& note) {
  return note.unnamed != 0 && note.kind != Kind::UnnamedParse;
}

bool changes_client_s(const StatementNote& note, std::string_view name) {
  return note.name == name && note.unnamed == 0 &&
         (note.kind == Kind::ClientParse || note.kind == Kind::ClientReuse || note.kind == Kind::ClientClose);
}

}  // namespace

void ServerStatements::note(StatementNote note) {
  if (note.kind == Kind::FrontDescribe) ++check_count_;
  notes_.push_back(std::move(note));
}

StatementNote ServerStatements::take_note() {
  auto note = std::move(notes_.front());
  notes_.pop_front();
  if (note.kind == Kind::FrontDescribe) --check_count_;
  return note;
}

StatementNote ServerStatements::complete() {
  auto note = take_note();
  if (is_shared_unnamed(note)) set_session_unnamed(note.unnamed);
  switch (note.kind) {
    case Kind::ClientParse:
    case Kind::FrontParse:
      add(note.statement);
      break;
    case Kind::ClientReuse:
    case Kind::ClientDescribe:
    case Kind::FrontDescribe:
    case Kind::ClientUse:
    case Kind::Setting:
      break;
    case Kind::FrontClose:
      remove(note.statement);
      break;
    case Kind::UnnamedParse:
      set_unnamed(note.unnamed);
      break;
    case Kind::UnnamedClose:
      set_unnamed(0);
      break;
    case Kind::VisibleParse:
      visible_names_.insert(note.name);
      break;
    case Kind::ClientClose:
    case Kind::VisibleClose:
      visible_names_.erase(note.name);
      break;
  }
  return note;
}

StatementNote ServerStatements::fail() {
  auto note = take_note();
  if (note.kind == Kind::UnnamedParse) set_unnamed(0);  // the old one goes before the new text is read
  if (is_shared_unnamed(note)) set_session_unnamed(0);
  return note;
}

void ServerStatements::drop(std::size_t count) {
  for (; count > 0; --count) (void)take_note();
}

void ServerStatements::set_unnamed(UnnamedNumber number) {
  unnamed_ = number;
  set_session_unnamed(number);
}

void ServerStatements::set_session_unnamed(UnnamedNumber number) {
  session_unnamed_ = number;
  ++unnamed_changes_;
}

void ServerStatements::add(const StatementPointer& statement) {
  remove(statement);
  order_.push_back(statement);
  places_.emplace(statement, std::prev(order_.end()));
}

void ServerStatements::remove(const StatementPointer& statement) {
  const auto place = places_.find(statement);
  if (place == places_.end()) return;
  order_.erase(place->second);
  places_.erase(place);
}

bool ServerStatements::is_noted(Kind kind) const {
  return std::ranges::find(notes_, kind, &StatementNote::kind) != notes_.end();
}

void ServerStatements::touch(const StatementPointer& statement) {
  if (!order_.empty() && order_.back() == statement) return;
  const auto place = places_.find(statement);
  if (place != places_.end()) order_.splice(order_.end(), order_, place->second);
}

ServerStatements::Presence ServerStatements::presence(const StatementPointer& statement, std::uint64_t batch) const {
  if (const auto* note = newest_for(statement)) {
    if (note->batch != batch) return Presence::Uncertain;
    return note->kind == Kind::FrontClose ? Presence::Absent : Presence::Present;
  }
  return places_.contains(statement) ? Presence::Present : Presence::Absent;
}

bool ServerStatements::is_prepared(const StatementPointer& statement) const {
  return places_.contains(statement) && newest_for(statement) == nullptr;
}

const StatementNote* ServerStatements::newest_for(std::string_view name) const {
  const auto found = std::find_if(notes_.rbegin(), notes_.rend(),
                                  [name](const StatementNote& note) { return changes_client_s(note, name); });
  return found == notes_.rend() ? nullptr : &*found;
}

const StatementNote* ServerStatements::oldest_for(std::string_view name) const {
  const auto found =
      std::ranges::find_if(notes_, [name](const StatementNote& note) { return changes_client_s(note, name); });
  return found == notes_.end() ? nullptr : &*found;
}

const StatementNote* ServerStatements::newest_for(const StatementPointer& statement) const {
  const auto found = std::find_if(notes_.rbegin(), notes_.rend(), [&](const StatementNote& note) {
    return note.statement == statement && (prepares(note.kind) || note.kind == Kind::FrontClose);
  });
  return found == notes_.rend() ? nullptr : &*found;
}

ServerStatements::Presence ServerStatements::visible_presence(const std::string& name, std::uint64_t batch) const {
  const auto found = std::find_if(notes_.rbegin(), notes_.rend(), [&](const StatementNote& note) {
    return note.name == name &&
           (note.kind == Kind::VisibleParse || note.kind == Kind::VisibleClose || note.kind == Kind::ClientClose);
  });
  if (found == notes_.rend()) return visible_names_.contains(name) ? Presence::Present : Presence::Absent;
  if (found->batch != batch) return Presence::Uncertain;
  return found->kind == Kind::VisibleParse ? Presence::Present : Presence::Absent;
}

void ServerStatements::clear() {
  order_.clear();
  places_.clear();
  visible_names_.clear();
}

}  // namespace howdah::protocol
