// What the statements of the scripted server do.
#include <algorithm>
#include <utility>

#include "protocol/error_fields.h"
#include "tests/support/play/scripted_server.h"

namespace howdah::tests {

using protocol::Bytes;
using protocol::MessageWriter;

namespace {

constexpr std::string_view kGuard = "set_config('exit_on_error','on',true),";

struct Words {
  explicit Words(const std::string& text) {
    const auto end = std::min(text.find(' '), text.size());
    first = text.substr(0, end);
    rest = end < text.size() ? text.substr(end + 1) : "";
  }
  std::string first;
  std::string rest;
};

std::size_t number_of(const std::string& text) {
  return std::stoul("0" + text);
}

// Parameters that PostgreSQL reports.
std::string reported_name(const std::string& name) {
  if (name == "application_name" || name == "client_encoding") return name;
  if (name == "datestyle") return "DateStyle";
  if (name == "timezone") return "TimeZone";
  return {};
}

std::string unquoted(std::string text) {
  std::erase(text, '\'');
  return text;
}

}  // namespace

ScriptedServer::Outcome ScriptedServer::run(const std::string& text) {
  if (refuses(text)) return Outcome::Failed;
  const Words words(text);
  if (words.first == "SLEEP") {
    is_asleep_ = true;
    sleep_text_ = words.rest;
    return Outcome::Waits;
  }
  if (text == "COPY IN") return begin_copy_in();
  if (text.starts_with("COPY OUT")) {
    copy_out(text.substr(9));
    return Outcome::Done;
  }
  if (words.first == "FATAL" || words.first == "CLOSE") {
    if (words.first == "FATAL") fail("57P01", text);
    flush();
    is_closed_ = true;
    return Outcome::Failed;
  }
  const auto found = answer(text);
  if (!found && text.find(kGuard) != std::string::npos) {  // exit_on_error
    flush();
    is_closed_ = true;
  }
  if (!found) return Outcome::Failed;
  if (is_in_query_ && !found->rows.empty()) put('T', Bytes("\0\0", 2));
  send_answer(*found);
  return Outcome::Done;
}

std::optional<ScriptedServer::Answer> ScriptedServer::answer(const std::string& text) {
  const Words words(text);
  const auto& verb = words.first;
  if (is_probe(text)) return probe_answer(text);
  if (text.starts_with("DROP DATABASE ") && drops_to_refuse_ > 0) {
    --drops_to_refuse_;
    fail("55006", "database \"" + text.substr(14) + "\" is being accessed by other users", "dropdb");
    return std::nullopt;
  }
  if (verb == "ERROR" || verb == "LATE") {
    fail("42601", text);
    return std::nullopt;
  }
  if (verb == "READONLY" || (verb == "WRITE" && is_standby_)) {
    fail("25006", "cannot execute INSERT in a read-only transaction");
    return std::nullopt;
  }
  if (words.rest.starts_with("pg_catalog.pg_is_in_recovery()")) {
    return Answer{{is_standby_ ? "true off" : "false off"}, "SELECT 1"};
  }
  if (verb == "SELECT" && words.rest.find("set_config(") != std::string::npos) {
    if (!call_set_config(words.rest)) return std::nullopt;
    return Answer{{""}, "SELECT 1"};
  }
  if (verb == "SELECT") return Answer{{words.rest}, "SELECT 1"};
  if (verb == "ROWS") {
    const Words more(words.rest);
    return Answer{std::vector(number_of(more.first), more.rest), "SELECT " + more.first};
  }
  if (verb == "BIG") {
    auto row = Words(words.rest).rest;
    row.resize(std::max(row.size(), number_of(Words(words.rest).first)), '.');
    return Answer{{row}, "SELECT 1"};
  }
  return settings_answer(text);
}

// Statements without rows.
std::optional<ScriptedServer::Answer> ScriptedServer::settings_answer(const std::string& text) {
  const Words words(text);
  const auto& verb = words.first;
  if (is_about_statements(text)) return statements_answer(text);
  if (verb == "BEGIN") {
    status_ = 'T';
  } else if (verb == "COMMIT" || verb == "ROLLBACK") {
    const bool is_failed = std::exchange(status_, 'I') == 'E';
    if (is_failed || verb == "ROLLBACK") roll_settings_back();
    settings_before_.reset();
    return Answer{{}, is_failed ? "ROLLBACK" : verb};
  } else if (verb == "NOTICE") {
    protocol::append_error(buffered_, protocol::make_error(protocol::Severity::Notice, "00000", words.rest));
  } else if (verb == "SET") {
    const auto equals = words.rest.find(" = ");
    auto name = words.rest.substr(0, equals);
    std::erase(name, '"');
    if (!set(name, unquoted(words.rest.substr(equals + 3)))) return std::nullopt;
  } else if (verb == "RESET") {
    if (!set(words.rest, std::nullopt)) return std::nullopt;
  } else if (verb == "SHOW") {
    return Answer{{setting(words.rest)}, verb};
  } else if (verb == "LISTEN") {
    channels_.insert(words.rest);
  } else {
    return Answer{{}, text};
  }
  return Answer{{}, verb};
}

std::optional<ScriptedServer::Answer> ScriptedServer::discard_all() {
  if (status_ != 'I') {
    fail("25001", "DISCARD ALL cannot run inside a transaction block");
    return std::nullopt;
  }
  const auto settings = settings_;
  for (const auto& [name, value] : settings) (void)set(name, std::nullopt);
  settings_before_.reset();
  forget_named();
  channels_.clear();
  return Answer{{}, "DISCARD ALL"};
}

bool ScriptedServer::refuses(const std::string& text) {
  if (status_ != 'E' && text.starts_with("SELECT \"")) {
    fail("42703", "column " + text.substr(7) + " does not exist");
    return true;
  }
  if (status_ != 'E' || text == "ROLLBACK" || text == "COMMIT") return false;
  fail("25P02", "current transaction is aborted, commands ignored until end of transaction block");
  return true;
}

// All calls in the text: set_config('name','value',false), or NULL for the value. But for the guard.
bool ScriptedServer::call_set_config(const std::string& all) {
  static constexpr std::string_view kCall = "set_config(";
  const auto guard = all.find(kGuard);
  const auto text = guard == std::string::npos ? all : all.substr(guard + kGuard.size());
  for (auto at = text.find(kCall); at != std::string::npos; at = text.find(kCall, at)) {
    at += kCall.size();
    const auto comma = text.find(',', at);
    const auto value = text.substr(comma + 1, text.rfind(",false)", text.find("),", at)) - comma - 1);
    const auto name = unquoted(text.substr(at, comma - at));
    if (!set(name, value == "NULL" ? std::nullopt : std::optional(unquoted(value)))) return false;
  }
  return true;
}

bool ScriptedServer::set(const std::string& name, const std::optional<std::string>& value) {
  if (name == "nonsense") {
    fail("42704", "unrecognized configuration parameter \"nonsense\"");
    return false;
  }
  if (!settings_before_) settings_before_ = settings_;
  const auto reported = reported_name(name);
  const auto before = settings_.contains(name) ? settings_[name] : "";
  if (value) {
    settings_[name] = *value;
  } else {
    settings_.erase(name);
  }
  if (!reported.empty() && before != value.value_or("")) reports_[reported] = value.value_or("");
  return true;
}

void ScriptedServer::roll_settings_back() {
  if (!settings_before_) return;
  const auto before = *settings_before_;
  const auto after = settings_;
  for (const auto& [name, value] : after) {
    if (!before.contains(name)) (void)set(name, std::nullopt);
  }
  for (const auto& [name, value] : before) (void)set(name, value);
  settings_before_.reset();
}

ScriptedServer::Outcome ScriptedServer::begin_copy_in() {
  copy_ = is_in_query_ ? Copy::Simple : Copy::Extended;
  copy_rows_ = 0;
  bad_data_in_.reset();
  put('G', Bytes("\0\0\0", 3));
  flush();
  return Outcome::Waits;
}

void ScriptedServer::copy_out(const std::string& rest) {
  const Words words(rest);
  put('H', Bytes("\0\0\0", 3));
  for (std::size_t row = 0; row < number_of(words.first); ++row) put('d', words.rest);
  put('c');
  put_tag("COPY " + words.first);
}

void ScriptedServer::on_copy_message(char type, Bytes body) {
  if (type == 'f') {
    fail("57014", "COPY from stdin failed: " + std::string(body.substr(0, body.find('\0'))));
    return end_copy(false);
  }
  if (type != 'd' && type != 'c' && type != 'S' && type != 'H') {
    fail("08P01", "FATAL terminating connection because protocol synchronization was lost");
    is_closed_ = true;
    return;
  }
  if (is_cancel_pending_) {
    fail("57014", "canceling statement due to user request");
    return end_copy(false);
  }
  const bool is_noticed = bad_data_in_ && (--*bad_data_in_ <= 0 || type == 'c');
  const bool is_bad = type == 'd' && body.find("bad") != Bytes::npos;
  if (is_noticed || (is_bad && copy_lookahead_ == 0)) {
    fail("22P02", "bad data");
    return end_copy(false);
  }
  if (is_bad && !bad_data_in_) bad_data_in_ = copy_lookahead_;
  if (type == 'd') ++copy_rows_;
  if (type != 'c') return;
  put_tag("COPY " + std::to_string(copy_rows_));
  end_copy(true);
}

void ScriptedServer::end_copy(bool is_good) {
  const bool was_simple = std::exchange(copy_, Copy::No) == Copy::Simple;
  bad_data_in_.reset();
  if (!was_simple) return;
  if (!is_good) statements_.clear();
  go_on_with_query();
}

void ScriptedServer::wake() {
  if (!is_asleep_) return;
  is_asleep_ = false;
  if (is_in_query_) put('T', Bytes("\0\0", 2));
  send_answer({{sleep_text_}, "SELECT 1"});
  if (is_in_query_) go_on_with_query();
  work();
}

std::string ScriptedServer::cancel() {
  if (is_in_copy()) is_cancel_pending_ = true;  // noticed with the next data
  if (!is_asleep_) return {};
  is_asleep_ = false;
  const auto hit = sleep_text_;
  fail("57014", "canceling statement due to user request");
  if (is_in_query_) {
    statements_.clear();
    go_on_with_query();
  }
  work();
  return hit;
}

void ScriptedServer::send_answer(const Answer& answer) {
  for (const auto& row : answer.rows) put_row(row);
  put_tag(answer.tag);
}

void ScriptedServer::put(char type, Bytes body) {
  MessageWriter(buffered_, type).bytes(body);
}

void ScriptedServer::put_row(const std::string& text) {
  MessageWriter(buffered_, 'D').int16(1).int32(static_cast<std::int32_t>(text.size())).bytes(text);
}

void ScriptedServer::put_tag(const std::string& tag) {
  MessageWriter(buffered_, 'C').c_string(tag);
}

// A message that begins with FATAL is one. PostgreSQL sends what it has with each error.
void ScriptedServer::fail(std::string_view sqlstate, const std::string& message, const std::string& routine) {
  const auto severity = message.starts_with("FATAL") ? protocol::Severity::Fatal : protocol::Severity::Error;
  auto error = protocol::make_error(severity, sqlstate, message);
  error.routine = routine;
  protocol::append_error(buffered_, error);
  end_failed();
}

void ScriptedServer::end_failed() {
  flush();
  if (status_ == 'T') status_ = 'E';
  if (status_ == 'I') roll_settings_back();
  portals_.clear();
  is_skipping_ = !is_in_query_;
}

void ScriptedServer::flush() {
  sent_ += std::exchange(buffered_, {});
}

}  // namespace howdah::tests
