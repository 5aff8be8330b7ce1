#include "daemon/auth/auth_query.h"

#include <charconv>
#include <cmath>
#include <utility>

#include "daemon/server/wanted_server.h"

namespace howdah::auth {

namespace {

using Row = server::BlockingConnection::Row;

constexpr std::string_view kInvalidText = "22021";  // bytes that the server's encoding has not
constexpr int kMostRows = 2;
constexpr auto kPauseWithoutHost = std::chrono::milliseconds(500);

// Seconds of the epoch, nothing where there is no limit. Names are qualified, so that a search_path changes nothing.
constexpr std::string_view kValidUntil =
    "case when pg_catalog.isfinite(rolvaliduntil) then pg_catalog.date_part('epoch', rolvaliduntil) "
    "when rolvaliduntil operator(pg_catalog.<) pg_catalog.now() then 0 end";
constexpr std::string_view kOfThisName = " where rolname operator(pg_catalog.=) $1::pg_catalog.text";

std::string role_query() {
  return "select rolcanlogin, " + std::string(kValidUntil) + " from pg_catalog.pg_roles" + std::string(kOfThisName);
}

std::expected<std::optional<LookedUpSecret::WallTime>, std::string> read_epoch(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  double seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  constexpr double kMost = 9e9;  // what the clock can count up to
  if (error != std::errc() || end != text->data() + text->size() || std::isnan(seconds)) {
    return std::unexpected("the third column is no count of seconds");
  }
  if (seconds > kMost) return std::nullopt;
  return LookedUpSecret::WallTime(std::chrono::seconds(seconds < 0 ? 0 : static_cast<std::int64_t>(seconds)));
}

std::optional<LookedUpSecret::WallTime> earlier(std::optional<LookedUpSecret::WallTime> one,
                                                std::optional<LookedUpSecret::WallTime> other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

}  // namespace

std::string default_auth_query() {
  return "select rolname, case when rolcanlogin then rolpassword end, " + std::string(kValidUntil) +
         " from pg_catalog.pg_authid" + std::string(kOfThisName);
}

std::expected<LookedUpSecret, std::string> read_auth_rows(const std::vector<Row>& rows, const std::string& user) {
  if (rows.empty()) return LookedUpSecret();
  const auto& row = rows.front();
  if (row.size() < 2) return std::unexpected("a name and a secret are two columns");
  if (row[0] != user || !row[1]) return LookedUpSecret();
  const auto until = row.size() > 2 ? read_epoch(row[2]) : std::nullopt;
  if (!until) return std::unexpected(until.error());
  auto secret = protocol::parse_secret(*row[1]);
  if (!secret) return LookedUpSecret();
  return LookedUpSecret{.secret = std::move(*secret), .valid_until = *until};
}

std::expected<LookedUpSecret, std::string> AuthQuery::ask(const std::string& user) {
  const auto deadline = Clock::now() + entry_.auth_query.timeout;
  // One that was idle may be gone: then a new one is asked.
  for (bool is_old = is_open();; is_old = false) {
    if (!is_open()) {
      const auto opened = open(deadline);
      if (!opened) return std::unexpected(opened.error());
    }
    const auto said = run(user, deadline);
    if (said) return *said;
    if (said.error().sqlstate == kInvalidText) return LookedUpSecret();
    if (!is_old || is_open()) return std::unexpected(said.error().message);
  }
}

// Of several hosts one may become what is wanted.
std::expected<void, std::string> AuthQuery::open(Clock::time_point deadline) {
  const auto keywords = this->keywords();
  if (!keywords) return std::unexpected(keywords.error());
  while (true) {
    const auto opened = connection_.open(*keywords, deadline);
    if (opened) return {};
    if (!server::may_change_hosts(*keywords) || !connection_.pause(kPauseWithoutHost, deadline)) {
      return std::unexpected(opened.error().message);
    }
  }
}

std::expected<LookedUpSecret, AuthQuery::Failure> AuthQuery::run(const std::string& user, Clock::time_point deadline) {
  const auto& own = entry_.auth_query.query;
  auto rows = connection_.query(own.empty() ? default_auth_query() : own, user, kMostRows, deadline);
  if (!rows) return std::unexpected(rows.error());
  auto said = read_auth_rows(*rows, user);
  for (auto& row : *rows) {
    for (auto& value : row) {
      if (value) protocol::cleanse(*value);
    }
  }
  if (!said) return std::unexpected(Failure{.sqlstate = {}, .message = said.error()});
  if (own.empty() || !said->secret) return *std::move(said);
  return limit_as_role(*std::move(said), user, deadline);
}

// A name that is no role there has no such limits.
std::expected<LookedUpSecret, AuthQuery::Failure> AuthQuery::limit_as_role(LookedUpSecret said, const std::string& user,
                                                                           Clock::time_point deadline) {
  const auto rows = connection_.query(role_query(), user, kMostRows, deadline);
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return said;
  const auto& row = rows->front();
  const auto until = row.size() == 2 ? read_epoch(row[1]) : std::unexpected("pg_roles has another form");
  if (!until) return std::unexpected(Failure{.sqlstate = {}, .message = until.error()});
  if (row[0] != "t") return LookedUpSecret();
  said.valid_until = earlier(said.valid_until, *until);
  return said;
}

std::expected<server::ConnectionKeywords, std::string> AuthQuery::keywords() const {
  auto keywords = server::read_connection_string(entry_.backend);
  if (!keywords) return keywords;
  const auto& settings = entry_.auth_query;
  auto& words = *keywords;
  words["user"] = settings.user;
  words.erase("password");
  if (!settings.password.empty()) words["password"] = settings.password;
  if (!settings.database.empty()) words["dbname"] = settings.database;
  words.try_emplace("dbname", entry_.name == "*" ? "postgres" : entry_.name);
  words["application_name"] = "howdah-auth";
  const auto milliseconds = std::to_string(settings.timeout.count());
  words["options"] += " -c statement_timeout=" + milliseconds;
  words.try_emplace("tcp_user_timeout", milliseconds);
  return keywords;
}

}  // namespace howdah::auth
