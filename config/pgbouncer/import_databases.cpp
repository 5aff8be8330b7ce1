// [databases]: where each name leads, its pool, and how its users are looked up.
#include <algorithm>
#include <array>

#include "config/option_table.h"
#include "config/pgbouncer/importer.h"
#include "config/pgbouncer/text.h"
#include "config/pgbouncer/values.h"
#include "config/plain_text.h"
#include "protocol/password.h"
#include "protocol/set_command.h"

namespace howdah::config::pgbouncer {

namespace {

constexpr std::string_view kPool = "databases.<name>.pool.";

// The commands of a text, cut at semicolons; nothing where one may stand in quotes.
std::optional<std::vector<protocol::SetCommand>> read_set_commands(std::string_view text) {
  std::vector<protocol::SetCommand> commands;
  while (!trimmed(text).empty()) {
    const auto end = std::min(text.find(';'), text.size());
    const auto command = protocol::read_set_command(text.substr(0, end));
    using protocol::SettingValue;
    const bool is_set = command && command->kind == protocol::SetCommand::Kind::Set &&
                        command->value.kind != SettingValue::Kind::Default;
    if (!is_set) return std::nullopt;
    commands.push_back(*command);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return commands;
}

// As a configuration file of PostgreSQL's would say it.
std::string text_of(const protocol::SettingValue& value) {
  if (value.kind != protocol::SettingValue::Kind::Names) return value.text;
  std::string list;
  std::string_view rest = value.text;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\0'), rest.size());
    list += list.empty() ? "\"" : ", \"";
    for (const char letter : rest.substr(0, end)) list.append(letter == '"' ? 2 : 1, letter);
    list += '"';
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return list;
}

// For the keyword `options`: blanks and backslashes get a backslash.
std::string start_option(std::string_view name, std::string_view value) {
  std::string text = "-c " + std::string(name) + "=";
  for (const char letter : value) {
    if (letter == ' ' || letter == '\\') text += '\\';
    text += letter;
  }
  return text;
}

class DatabaseImport {
 public:
  DatabaseImport(Import& import, const Entry& entry, YamlNode& node) : import_(import), entry_(entry), node_(node) {}

  void write();

 private:
  void write_backend();
  void write_auth_query();
  void write_pool();
  void write_pool_option(const SettingRow& row, YamlNode& pool);
  void limit_connections(YamlNode& pool);
  [[nodiscard]] std::string start_options();
  [[nodiscard]] std::string host_of(const Entry& entry) const;
  [[nodiscard]] std::string auth_database(const std::string& name) const;
  // What the line says, else [pgbouncer]; null where neither does.
  [[nodiscard]] const std::string* find(std::string_view key, std::string_view global) const {
    const auto* const said = key.empty() ? nullptr : entry_.find(key);
    return said != nullptr ? said : import_.sections.global(global);
  }

  Import& import_;
  const Entry& entry_;
  YamlNode& node_;
  std::vector<std::string> notes_;  // above the entry
};

void DatabaseImport::write() {
  write_backend();
  write_auth_query();
  write_pool();
  std::string comment;
  for (const auto& note : notes_) comment += (comment.empty() ? "" : "\n") + note;
  node_.comment = comment;
}

std::string DatabaseImport::host_of(const Entry& entry) const {
  if (const auto* const host = entry.find("host")) return *host;
  const auto folder = import_.sections.global_or_default("unix_socket_dir");
  return folder.empty() ? "/tmp" : folder;
}

void DatabaseImport::write_backend() {
  const auto host = host_of(entry_);
  const auto* const port = entry_.find("port");
  std::string backend = "host=" + libpq_value(host) + " port=" + (port == nullptr ? "5432" : libpq_value(*port));
  for (const std::string_view key :
       {"dbname", "user", "password", "client_encoding", "application_name", "target_session_attrs"}) {
    if (const auto* const value = entry_.find(key))
      backend.append(" ").append(key).append("=").append(libpq_value(*value));
  }
  const auto* const user = entry_.find("user");
  if (user != nullptr && entry_.find("password") == nullptr) {
    if (const auto* const password = import_.plain_password(*user)) {
      backend += " password=" + libpq_value(*password);
      notes_.push_back("the password of user in the backend is that of auth_file");
    }
  }
  if (const auto options = start_options(); !options.empty()) backend += " options=" + libpq_value(options);
  const bool is_local = host.starts_with('/');
  backend += server_keywords(import_.sections);
  if (host.contains(',')) {
    const auto* const balance = entry_.find("load_balance_hosts");
    const bool is_in_turn = balance == nullptr || *balance == "round-robin";
    notes_.push_back(std::string("host: the first that answers is taken, the others are for when it does not") +
                     (is_in_turn ? "; PgBouncer takes them in turn (libpq 16 has load_balance_hosts=random)" : ""));
  }
  const bool tells_of_tls = is_local || import_.sections.global("server_tls_sslmode") != nullptr;
  node_.set("backend", std::move(backend),
            tells_of_tls
                ? ""
                : import_.once("server_tls_sslmode is not set: TLS is tried first, as by newer versions of PgBouncer"));
  if (user == nullptr && import_.has_unusable_secrets() && !import_.outside.libpq_without_scram_keys()) {
    node_.set("scram_pass_through", "true");
  }
}

std::string DatabaseImport::start_options() {
  std::string options;
  const auto add = [&options](std::string_view name, std::string_view value) {
    options += (options.empty() ? "" : " ") + start_option(name, value);
  };
  for (const std::string_view key : {"timezone", "datestyle"}) {
    if (const auto* const value = entry_.find(key)) add(key, *value);
  }
  const auto* const query = entry_.find("connect_query");
  if (query == nullptr || query->empty()) return options;
  const auto commands = read_set_commands(*query);
  if (!commands) {
    notes_.push_back("no counterpart: connect_query: only SET commands can be said here, by options in the backend");
    return options;
  }
  for (const auto& command : *commands) add(command.name, text_of(command.value));
  notes_.push_back("connect_query: as options in the backend");
  return options;
}

// The database that the entry of this name leads to; empty, and a note, where it is not on the same server.
std::string DatabaseImport::auth_database(const std::string& name) const {
  const auto& databases = import_.sections.databases;
  const auto found = std::ranges::find(databases, name, &Entry::name);
  if (found == databases.end()) return name;
  const auto same_port = [&](const Entry& one) { return one.find("port") == nullptr ? "5432" : *one.find("port"); };
  if (host_of(*found) != host_of(entry_) || same_port(*found) != same_port(entry_)) return {};
  const auto* const database = found->find("dbname");
  return database == nullptr ? name : *database;
}

void DatabaseImport::write_auth_query() {
  const auto* const user = find("auth_user", "auth_user");
  if (user == nullptr || user->empty()) return;
  auto& query = node_.section("auth_query");
  query.set("user", *user, "auth_user");
  if (const auto* const password = import_.plain_password(*user)) query.set("password", *password, "that of auth_file");
  const auto* const database = find("auth_dbname", "auth_dbname");
  if (database != nullptr && !database->empty()) {
    const auto there = auth_database(*database);
    if (there.empty())
      query.note(
          "no counterpart: auth_dbname: it is on another server; here users are looked up on the backend itself");
    if (!there.empty()) query.set("database", there, "auth_dbname");
  }
  const auto* const text = find("auth_query", "auth_query");
  if (text == nullptr || text->empty()) return;
  const bool is_somewhere = database != nullptr || entry_.find("dbname") != nullptr || entry_.name != "*";
  query.set("query", *text,
            is_somewhere ? "auth_query"
                         : "auth_query: asked in postgres; PgBouncer asks in the database that the client wants");
}

void DatabaseImport::write_pool() {
  auto& pool = node_.section("pool");
  for (const auto& row : global_settings()) {
    if (row.place == Place::Pool) write_pool_option(row, pool);
  }
  if (const auto* const buffer = import_.sections.global("tcp_socket_buffer")) {
    pool.set("tcp_socket_buffer", convert(Takes::Bytes, *buffer, "databases.<name>.pool.tcp_socket_buffer").text);
  }
  limit_connections(pool);
}

void DatabaseImport::write_pool_option(const SettingRow& row, YamlNode& pool) {
  const auto key = std::ranges::find(database_keys(), row.name, &KeyRow::global);
  const auto* said = find(key == database_keys().end() ? "" : key->key, row.name);
  const bool may_be_unset = row.takes == Takes::Count || row.takes == Takes::Seconds;
  if (may_be_unset && said != nullptr && said->starts_with('-')) said = import_.sections.global(row.name);
  if (said != nullptr && said->starts_with('-')) said = nullptr;
  if (said == nullptr && row.unset.empty()) return;
  const std::string value = said == nullptr ? std::string(row.unset) : *said;
  auto [text, note] = convert(row.takes, value, std::string(kPool) + std::string(row.path));
  if (row.path == "max_lifetime" && text == "0") {
    text = "1ms";
    note = "0 there: each server connection is used once";
  }
  if (row.path == "prepared_statements.per_server" && read_count(value) == 0) {
    return pool.note("no counterpart: max_prepared_statements = 0: named statements are always served");
  }
  if (note.empty()) note = row.note;
  set_at(pool, row.path, text, import_.once(remark(row.name, said != nullptr, split_path(row.path).key, note)));
  if (row.path == "retry_max" && read_seconds(value).value_or(Milliseconds(0)) < PoolSettings().retry_min)
    pool.set("retry_min", text);
}

// What other limits of PgBouncer's make of max_size and min_size.
void DatabaseImport::limit_connections(YamlNode& pool) {
  const auto number = [](const std::string* text) { return text == nullptr ? 0 : read_count(*text).value_or(0); };
  auto size = read_count(pool.section("max_size").values.front()).value_or(1);
  const auto most = number(find("max_db_connections", "max_db_connections"));
  const bool has_one_pool = entry_.find("user") != nullptr;
  if (most > 0 && !has_one_pool) {
    notes_.push_back("no counterpart: max_db_connections = " + std::to_string(most) +
                     ": max_size is for each user; together they may have more");
  }
  if (most > 0 && has_one_pool && most < size) {
    size = most;
    pool.set("max_size", std::to_string(size), "max_db_connections, which is less than pool_size");
  }
  const auto* reserve = entry_.find("reserve_pool_size");
  if (reserve == nullptr) reserve = find("reserve_pool", "reserve_pool_size");
  if (number(reserve) > 0) {
    pool.note("no counterpart: reserve_pool_size = " + std::to_string(number(reserve)) +
              ": a pool never has more than max_size; " + std::to_string(size + number(reserve)) +
              " is what PgBouncer's has at most");
  }
  if (!pool.has("min_size")) return;
  auto& least = pool.section("min_size").values.front();
  if (read_count(least).value_or(0) > size) least = std::to_string(size);
}

}  // namespace

void import_databases(Import& import) {
  auto& databases = import.root.section("databases");
  for (const auto& entry : import.sections.databases) {
    if (entry.name == "howdah" || entry.name == "pgbouncer") {
      import.problems.push_back(
          entry.setting.problem(entry.name + ": found the name of the console, expected another name"));
      continue;
    }
    DatabaseImport(import, entry, databases.section(entry.name)).write();
  }
  const auto* const reset = import.sections.global("server_reset_query");
  if (reset != nullptr && lower_case(*reset) != "discard all") {
    import.root.note(
        "no counterpart: server_reset_query: a server connection is made clean by DISCARD ALL, where something may "
        "have been left on it");
  }
}

}  // namespace howdah::config::pgbouncer
