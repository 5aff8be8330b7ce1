#include "protocol/state_probe.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "protocol/hex.h"

namespace howdah::protocol {

namespace {

constexpr std::size_t kMostBytes = 64UL * 1024;  // of names and values, in a session

// They are set anew by each transaction, or hold what no other server can be given.
constexpr std::array<std::string_view, 4> kOfTransactions = {"transaction_deferrable", "transaction_isolation",
                                                             "transaction_read_only", "is_superuser"};
constexpr std::string_view kUnmovable = "temp_buffers";

struct Section {
  StateKind kind;
  std::string_view query;  // rows of three texts: what, name, value
};

// The role is told where it is another than a log-in gives. All tables are read by an index: where the session has
// turned off enable_seqscan another way costs, by its estimate, so much that the query is compiled first (jit).
constexpr std::array<Section, 8> kSections = {{
    {StateKind::Settings,
     "SELECT CASE WHEN setting OPERATOR(pg_catalog.=) reset_val THEN 'd' ELSE 's' END,name,setting "
     "FROM pg_catalog.pg_settings WHERE source OPERATOR(pg_catalog.=) 'session'"},
    {StateKind::Settings,
     "SELECT 's','role',r FROM (VALUES (pg_catalog.current_setting('role'))) v(r) WHERE r OPERATOR(pg_catalog.<>) "
     "'none' "
     "OR EXISTS (SELECT FROM pg_catalog.pg_db_role_setting,pg_catalog.unnest(setconfig) c "
     "WHERE setdatabase OPERATOR(pg_catalog.=) ANY (ARRAY[0::pg_catalog.oid,(SELECT oid FROM pg_catalog.pg_database "
     "WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())]) "
     "AND c OPERATOR(pg_catalog.~~) 'role=%')"},
    {StateKind::Settings, "SELECT 'u',session_user::pg_catalog.text,''"},
    {StateKind::TemporaryObject,
     "SELECT 't','','' WHERE EXISTS (SELECT FROM pg_catalog.pg_depend "
     "WHERE refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_namespace'::pg_catalog.regclass "
     "AND refobjid OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())"},
    {StateKind::AdvisoryLock,
     "SELECT 'a','','' WHERE EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype OPERATOR(pg_catalog.=) 'advisory' "
     "AND pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid())"},
    {StateKind::Listen, "SELECT 'l',c,'' FROM pg_catalog.pg_listening_channels() c"},
    {StateKind::HeldCursor, "SELECT 'h','','' WHERE EXISTS (SELECT FROM pg_catalog.pg_cursors WHERE is_holdable)"},
    {StateKind::NamedStatement,
     "SELECT 'p','','' WHERE EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE from_sql)"},
}};

bool is_safe_name(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~' && c != '\'' && c != '\\'; });
}

// Those that are there; those of extensions are among the others already.
std::string custom_section(const std::vector<std::string>& names) {
  std::string values;
  for (const auto& name : names) {
    if (!is_safe_name(name)) continue;
    values += (values.empty() ? "('" : ",('") + name + "')";
  }
  if (values.empty()) return {};
  return "SELECT CASE WHEN pg_catalog.current_setting(n,true) OPERATOR(pg_catalog.=) '' THEN 'd' ELSE 's' "
         "END,n,pg_catalog.current_setting(n,true) FROM (VALUES " +
         values +
         ") v(n) WHERE pg_catalog.current_setting(n,true) IS NOT NULL AND NOT EXISTS (SELECT FROM "
         "pg_catalog.pg_settings "
         "WHERE name OPERATOR(pg_catalog.=) n)";
}

}  // namespace

std::string probe_query(StateKinds asked, const std::vector<std::string>& custom_settings,
                        const SessionSettings& expected) {
  const bool is_all = asked.has(StateKind::CodeBlock);
  std::string rows;
  const auto add = [&rows](std::string_view section) {
    if (!section.empty()) rows.append(rows.empty() ? "" : " UNION ALL ").append(section);
  };
  for (const auto& section : kSections) {
    if (is_all || asked.has(section.kind)) add(section.query);
  }
  if (is_all || asked.has(StateKind::Settings)) add(custom_section(custom_settings));
  for (const auto& condition : unexpected_value_conditions(expected)) add("SELECT 'x','','' WHERE " + condition);
  std::string query(kProbeMark);
  const auto hex = [](std::string column) {
    return ",pg_catalog.encode(pg_catalog.convert_to(" + std::move(column) +
           "::pg_catalog.text,pg_catalog.current_setting('server_encoding')),'hex')";
  };
  return query.append(" SELECT w")
      .append(hex("n"))
      .append(hex("v"))
      .append(" FROM (")
      .append(rows)
      .append(") rows(w,n,v)");
}

void ProbeAnswer::take_row(Bytes body) {
  ByteReader reader(body);
  std::array<std::string, 3> columns;
  bool is_good = reader.int16() == 3;
  for (auto& column : columns) {
    const auto size = is_good ? reader.int32() : std::nullopt;
    const auto bytes = size && *size >= 0 ? reader.take(static_cast<std::size_t>(*size)) : std::nullopt;
    is_good = bytes.has_value();
    if (is_good) column = *bytes;
  }
  size_bytes_ += body.size();
  auto name = from_hex(columns[1]);
  auto value = from_hex(columns[2]);
  if (!is_good || !name || !value || size_bytes_ > kMostBytes) {
    is_bad_ = true;
    return;
  }
  take(columns[0], *std::move(name), *std::move(value));
}

void ProbeAnswer::take(std::string_view what, std::string name, std::string value) {
  switch (what.size() == 1 ? what.front() : '\0') {
    case 's':
    case 'd':
      if (std::ranges::find(kOfTransactions, name) != kOfTransactions.end()) return;
      if (name == kUnmovable) kinds_.add(StateKind::Settings);
      std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
      if (what == "d") at_default_.insert(name);
      settings_.insert_or_assign(std::move(name), SettingValue{.text = std::move(value)});
      return;
    case 'u':
      settings_.insert_or_assign("session_authorization", SettingValue{.text = std::move(name)});
      return;
    case 'x':
      has_unexpected_value_ = true;
      return;
    case 'l':
      kinds_.add(StateKind::Listen);
      channels_.push_back(std::move(name));
      return;
    case 't':
      return kinds_.add(StateKind::TemporaryObject);
    case 'a':
      return kinds_.add(StateKind::AdvisoryLock);
    case 'h':
      return kinds_.add(StateKind::HeldCursor);
    case 'p':
      return kinds_.add(StateKind::NamedStatement);
    default:
      is_bad_ = true;
  }
}

}  // namespace howdah::protocol
