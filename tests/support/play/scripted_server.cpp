#include "tests/support/play/scripted_server.h"

#include <algorithm>
#include <utility>

#include "tests/support/frame_text.h"

namespace howdah::tests {

using protocol::ByteReader;
using protocol::Bytes;
using protocol::MessageWriter;

namespace {

constexpr std::size_t kHeaderBytes = 5;

std::string text_of(ByteReader& reader) {
  return std::string(reader.c_string().value_or(""));
}

std::deque<std::string> split(const std::string& text) {
  std::deque<std::string> statements;
  std::size_t start = 0;
  while (start < text.size()) {
    const auto end = std::min(text.find(';', start), text.size());
    const auto first = text.find_first_not_of(' ', start);
    if (first < end) statements.push_back(text.substr(first, end - first));
    start = end + 1;
  }
  return statements;
}

}  // namespace

void ScriptedServer::feed(Bytes bytes) {
  in_.append(bytes);
  work();
}

std::string ScriptedServer::take_output(std::size_t most) {
  auto taken = sent_.substr(0, most);
  sent_.erase(0, taken.size());
  return taken;
}

std::string ScriptedServer::take_heard() {
  return std::exchange(heard_, {});
}

void ScriptedServer::let_go() {
  is_held_ = false;
  work();
}

void ScriptedServer::die() {
  fail("57P01", "FATAL terminating connection due to administrator command");
  flush();
  is_closed_ = true;
}

void ScriptedServer::work() {
  while (!is_closed_ && !is_asleep_ && !is_held_ && take_message()) {
  }
}

bool ScriptedServer::take_message() {
  if (in_.size() < kHeaderBytes) return false;
  const auto size = static_cast<std::size_t>(protocol::read_int32(Bytes(in_).substr(1))) + 1;
  if (in_.size() < size) return false;
  const auto body = in_.substr(kHeaderBytes, size - kHeaderBytes);
  const char type = in_.front();
  in_.erase(0, size);
  heard_ += (heard_.empty() ? "" : " ") + frontend_text(type, body);
  on_message(type, body);
  return true;
}

void ScriptedServer::on_message(char type, Bytes body) {
  if (is_in_copy()) return on_copy_message(type, body);
  if (is_skipping_ && type != 'S' && type != 'X') return;
  is_in_batch_ = is_in_batch_ || Bytes("PBDEC").find(type) != Bytes::npos;
  switch (type) {
    case 'Q':
      return on_query(body);
    case 'P':
      return on_parse(body);
    case 'B':
      return on_bind(body);
    case 'D':
      return on_describe(body);
    case 'E':
      return on_execute(body);
    case 'C':
      return on_close(body);
    case 'S':
      return on_sync();
    case 'H':
      return flush();
    case 'F':
      return on_function_call(body);
    case 'd':
    case 'c':
    case 'f':
      return;  // a client may still send these after an error
    case 'X':
      is_closed_ = true;
      return;
    default:
      fail("08P01", "FATAL invalid frontend message type");
      is_closed_ = true;
  }
}

std::string ScriptedServer::take_text(const std::string& text, const std::string& name) {
  if (on_text) on_text(text + ' ' + name);
  return text.substr(0, text.find(" -- "));
}

bool ScriptedServer::has_session_state() const {
  return has_state_of_a_client() || !settings_.empty();
}

std::string ScriptedServer::setting(const std::string& name) const {
  const auto found = settings_.find(name);
  return found == settings_.end() ? "" : found->second;
}

bool ScriptedServer::has_state_of_a_client() const {
  // Unnamed statements and those under the pooler's own names are nobody's state.
  const bool has_named = std::ranges::any_of(prepared_, [](const auto& statement) {
    return !statement.first.empty() && !statement.first.starts_with("howdah_");
  });
  return has_named || !channels_.empty();
}

void ScriptedServer::on_query(Bytes body) {
  ByteReader reader(body);
  statements_ = split(take_text(text_of(reader)));
  prepared_.erase("");
  is_in_query_ = true;
  if (statements_.empty()) put('I');
  go_on_with_query();
}

void ScriptedServer::go_on_with_query() {
  while (!statements_.empty()) {
    const auto text = statements_.front();
    statements_.pop_front();
    const auto outcome = run(text);
    if (outcome == Outcome::Waits || is_closed_) return;
    if (outcome == Outcome::Failed) statements_.clear();
  }
  is_in_query_ = false;
  ready();
}

void ScriptedServer::on_parse(Bytes body) {
  ByteReader reader(body);
  const auto name = text_of(reader);
  const auto text = take_text(text_of(reader), name);
  if (text == "?") return fail("42601", "syntax error at or near \"?\"");
  if (text.starts_with("ERROR")) return fail("42601", text);
  if (text.ends_with("NOWHERE")) return fail("42P01", text);
  if (refuses(text)) return;
  if (!name.empty() && prepared_.contains(name)) {
    return fail("42P05", "prepared statement \"" + name + "\" already exists");
  }
  prepared_[name] = text;
  outdated_.erase(name);
  put('1');
}

void ScriptedServer::on_bind(Bytes body) {
  ByteReader reader(body);
  const auto portal = text_of(reader);
  const auto name = text_of(reader);
  const auto found = prepared_.find(name);
  if (found == prepared_.end()) return fail("26000", "prepared statement \"" + name + "\" does not exist");
  if (refuses(found->second) || is_outdated(name)) return;
  portals_[portal] = {.text = found->second, .answer = {}};
  put('2');
}

void ScriptedServer::on_describe(Bytes body) {
  ByteReader reader(body);
  const auto kind = reader.byte().value_or(0);
  const auto name = text_of(reader);
  std::string text;
  if (kind == 'S') {
    if (!prepared_.contains(name)) return fail("26000", "prepared statement \"" + name + "\" does not exist");
    text = prepared_[name];
  } else {
    if (!portals_.contains(name)) return fail("34000", "portal \"" + name + "\" does not exist");
    text = portals_[name].text;
  }
  const bool has_rows = text.starts_with("SELECT") || text.starts_with("ROWS") || text.starts_with("SLEEP");
  if (has_rows && refuses(text)) return;
  if (kind == 'S') put('t', Bytes("\0\0", 2));
  has_rows ? put_description(text) : put('n');
}

void ScriptedServer::put_description(const std::string& text) {
  constexpr std::int32_t kText = 25;
  const auto version = is_about_tables(text) ? table_version_ : 0;
  MessageWriter(buffered_, 'T')
      .int16(1)
      .c_string("column" + std::to_string(version))
      .int32(0)
      .int16(0)
      .int32(kText)
      .int16(-1)
      .int32(-1)
      .int16(0);
}

void ScriptedServer::on_execute(Bytes body) {
  ByteReader reader(body);
  const auto name = text_of(reader);
  const auto most_rows = reader.int32().value_or(0);
  const auto found = portals_.find(name);
  if (found == portals_.end()) return fail("34000", "portal \"" + name + "\" does not exist");
  auto& portal = found->second;
  if (portal.text.empty()) return put('I');
  const auto text = portal.text;
  if (text.starts_with("ROWS") && !refuses(text)) {
    if (!portal.answer) portal.answer = answer(text);
    return send_rows(portal, most_rows);
  }
  (void)run(text);
}

void ScriptedServer::send_rows(Portal& portal, std::int32_t most_rows) {
  const auto& rows = portal.answer->rows;
  for (std::int32_t count = 0; portal.sent_rows < rows.size(); ++count) {
    if (most_rows > 0 && count == most_rows) return put('s');
    put_row(rows[portal.sent_rows++]);
  }
  put_tag(portal.answer->tag);
}

void ScriptedServer::on_close(Bytes body) {
  ByteReader reader(body);
  const auto kind = reader.byte().value_or(0);
  const auto name = text_of(reader);
  if (kind == 'S') {
    prepared_.erase(name);
    sql_names_.erase(name);
  }
  if (kind == 'P') portals_.erase(name);
  put('3');
}

void ScriptedServer::on_sync() {
  is_skipping_ = false;
  ready();
}

void ScriptedServer::on_function_call(Bytes body) {
  ByteReader reader(body);
  const auto oid = reader.int32().value_or(0);
  if (oid == 0) {
    fail("42883", "function with OID 0 does not exist");
    is_skipping_ = false;
  } else if (!refuses("function")) {
    put('V', Bytes("\0\0\0\1x", 5));
  }
  is_skipping_ = false;
  ready();
}

void ScriptedServer::ready() {
  if (status_ == 'I') portals_.clear();
  if (status_ == 'I') settings_before_.reset();
  is_cancel_pending_ = false;
  is_in_batch_ = false;
  for (const auto& [name, value] : std::exchange(reports_, {})) {
    MessageWriter(buffered_, 'S').c_string(name).c_string(value);
  }
  put('Z', Bytes(&status_, 1));
  flush();
}

}  // namespace howdah::tests
