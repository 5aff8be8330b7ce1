#include "config/option_table.h"

#include <algorithm>
#include <array>
#include <type_traits>

namespace howdah::config {

namespace {

template <typename Owner, typename Value>
Owner& owner_of(Subject& subject, Value Owner::*) {
  if constexpr (std::is_same_v<Owner, Settings>) return subject.settings;
  if constexpr (std::is_same_v<Owner, AdminSettings>) return subject.settings.admin;
  if constexpr (std::is_same_v<Owner, ClientSettings>) return subject.settings.client;
  if constexpr (std::is_same_v<Owner, LogSettings>) return subject.settings.log;
  if constexpr (std::is_same_v<Owner, DatabaseSettings>) return subject.database;
  if constexpr (std::is_same_v<Owner, PoolSettings>) return subject.database.pool;
  if constexpr (std::is_same_v<Owner, PreparedStatementSettings>) return subject.database.pool.prepared_statements;
  if constexpr (std::is_same_v<Owner, StateSettings>) return subject.database.pool.state;
  if constexpr (std::is_same_v<Owner, UserSettings>) return subject.user;
  if constexpr (std::is_same_v<Owner, AuthRule>) return subject.rule;
}

template <auto kMember>
auto* address_of(Subject& subject) {
  return &(owner_of(subject, kMember).*kMember);
}

template <auto kMember, int kLeast, int kMost>
Field count(Subject& subject) {
  return Count{address_of<kMember>(subject), kLeast, kMost};
}
template <auto kMember, int kLeastMilliseconds = 0>
Field duration(Subject& subject) {
  return Duration{address_of<kMember>(subject), Milliseconds(kLeastMilliseconds)};
}
template <auto kMember, int kMostSeconds>
Field short_duration(Subject& subject) {
  return Duration{.value = address_of<kMember>(subject), .most = std::chrono::seconds(kMostSeconds)};
}
template <auto kMember>
Field socket_buffer(Subject& subject) {
  return Size{.value = address_of<kMember>(subject), .most = 1LL << 30};
}
// Any other kind: one that needs nothing but the field.
template <template <typename...> typename Kind, auto kMember>
Field choice(Subject& subject) {
  return Kind{address_of<kMember>(subject)};
}
template <typename Kind, auto kMember>
Field plain(Subject& subject) {
  return Kind{address_of<kMember>(subject)};
}
Field origin(Subject& subject) {
  return OriginOfRule{&subject.rule};
}

constexpr int kMostConnections = 1'000'000;
// The kernel's limits: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT.
constexpr int kMostKeepaliveSeconds = 32'767;
constexpr int kMostKeepaliveProbes = 127;
constexpr int kMostUserTimeoutSeconds = 86'400;

using enum Reload;
using Db = DatabaseSettings;
using Pool = PoolSettings;
using Prepared = PreparedStatementSettings;
using State = StateSettings;
using User = UserSettings;

constexpr std::array kTable{
    Option{"listen", plain<ListenMany, &Settings::listen>, Restart,
           "Where applications connect: host:port, [address]:port, :port (all addresses), unix:/folder or "
           "unix:/folder:port.",
           "[127.0.0.1:6432]", true},
    Option{"workers", plain<WorkerCount, &Settings::workers>, Restart,
           "Threads that serve clients, each with a loop of its own; all share the pools. auto: one for each core that "
           "the "
           "process may run on. Clients that wait for a server are served in the order of their arrival; with several "
           "workers one may be overtaken by at most 64 that came later."},
    Option{"shutdown_timeout", duration<&Settings::shutdown_timeout>, Live,
           "An orderly shutdown waits this long for transactions to end. 0: no limit."},

    Option{"admin.listen", plain<ListenOne, &AdminSettings::listen>, Restart,
           "The stats port, as host:port. Without it there is none.", "127.0.0.1:9930"},
    Option{"admin.users", plain<NameList, &AdminSettings::users>, Live,
           "Who may use the console: psql with the database name howdah or pgbouncer.", "[postgres]"},

    Option{"client.max_connections", count<&ClientSettings::max_connections, 0, kMostConnections>, Live,
           "Most client connections in all. 0: no limit."},
    Option{"client.login_timeout", duration<&ClientSettings::login_timeout>, Live,
           "From the accepted connection to the end of authentication. 0: no limit."},
    Option{"client.idle_timeout", duration<&ClientSettings::idle_timeout>, Live,
           "A client that asks nothing for longer, outside a transaction, is disconnected. 0: no limit."},
    Option{"client.half_close_timeout", duration<&ClientSettings::half_close_timeout>, Live,
           "The request of a client that has sent end of file may go on for this long. 0: no limit."},
    Option{"client.tcp_nodelay", plain<Flag, &ClientSettings::tcp_nodelay>, Restart,
           "Answers over TCP are sent at once. false: the kernel may keep a small one back until the client has "
           "acknowledged the one before, which saves packets and costs up to 40 ms."},
    Option{"client.tcp_keepalive", plain<Flag, &ClientSettings::tcp_keepalive>, Restart,
           "Whether the kernel asks silent clients over TCP for a sign of life, as the following three say. Without it "
           "a client whose machine or network is gone keeps its place, and the server that it has, until another limit "
           "of time ends it."},
    Option{"client.tcp_keepalives_idle", short_duration<&ClientSettings::tcp_keepalives_idle, kMostKeepaliveSeconds>,
           Restart,
           "Silence before the first such question. In whole seconds, rounded up. 0: the system's, mostly two hours."},
    Option{"client.tcp_keepalives_interval",
           short_duration<&ClientSettings::tcp_keepalives_interval, kMostKeepaliveSeconds>, Restart,
           "Between two questions that are not answered. In whole seconds, rounded up. 0: the system's."},
    Option{"client.tcp_keepalives_count", count<&ClientSettings::tcp_keepalives_count, 0, kMostKeepaliveProbes>,
           Restart, "So many questions without an answer end the connection. 0: the system's."},
    Option{"client.tcp_user_timeout", short_duration<&ClientSettings::tcp_user_timeout, kMostUserTimeoutSeconds>,
           Restart,
           "A client over TCP that has acknowledged nothing of what was sent to it for longer is disconnected. Linux "
           "also counts the time in which a client reads nothing and so takes nothing more, as one may that works on "
           "the rows it has: take more than that. 0: the system's, mostly a quarter of an hour, without those that "
           "only do not read."},
    Option{
        "client.tcp_socket_buffer", socket_buffer<&ClientSettings::tcp_socket_buffer>, Restart,
        "The kernel's buffers of a client's TCP connection, each way (SO_SNDBUF, SO_RCVBUF). 0: the kernel sizes them "
        "itself, from little for a quiet connection to several megabytes for a fast one far away; a size given "
        "here stops that, so it is for bounding the memory of very many connections, or for a kernel whose limits "
        "(net.ipv4.tcp_wmem, tcp_rmem) cannot be changed. At most what net.core.wmem_max and rmem_max allow."},

    Option{"log.level", choice<Choice, &LogSettings::level>, Live, "The least important lines that are written."},
    Option{"log.format", choice<Choice, &LogSettings::format>, Live, "Lines for people, or one JSON object each."},
    Option{"log.connections", plain<Flag, &LogSettings::connections>, Live,
           "A line at info for each log-in and each disconnect."},

    Option{
        "databases.<name>.backend", plain<Backend, &Db::backend>, Live,
        "The PostgreSQL behind this name: a libpq connection string or URI. Without a database name in it "
        "the "
        "client's is used, without a user the client's too. A host that is a folder, such as "
        "host=/run/postgresql, is reached by the Unix socket in there, which costs less than TCP where PostgreSQL "
        "runs on this machine. Over TCP, keepalives, keepalives_idle, keepalives_interval, keepalives_count and "
        "tcp_user_timeout are libpq's; where the string says nothing of them and names no service, keepalives_idle=60 "
        "keepalives_interval=10 keepalives_count=6.",
        "postgresql://127.0.0.1:5432", true},
    Option{"databases.<name>.pool.mode", choice<Choice, &Pool::mode>, Live,
           "When a server connection goes back to the pool: at the end of the transaction, of the session, "
           "or of "
           "each statement."},
    Option{"databases.<name>.pool.min_size", count<&Pool::min_size, 0, 10'000>, Live,
           "Server connections that are kept open, used or not; of \"*\" once a client has come."},
    Option{"databases.<name>.pool.max_size", count<&Pool::max_size, 1, 10'000>, Live,
           "Most server connections in this pool."},
    Option{"databases.<name>.pool.max_clients", count<&Pool::max_clients, 0, kMostConnections>, Live,
           "Most client connections of this database. 0: no limit of its own."},
    Option{"databases.<name>.pool.max_concurrent_logins", count<&Pool::max_concurrent_logins, 1, 1000>, Live,
           "Log-ins to the backend that may be under way at a time."},
    Option{"databases.<name>.pool.acquire_timeout", duration<&Pool::acquire_timeout>, Live,
           "A client waits this long for a server connection, then gets an error. 0: no limit."},
    Option{"databases.<name>.pool.connect_timeout", duration<&Pool::connect_timeout>, Live,
           "One log-in to the backend, name look-up included. 0: no limit."},
    Option{"databases.<name>.pool.query_timeout", duration<&Pool::query_timeout>, Live,
           "A request that runs longer is cancelled. 0: no limit."},
    Option{"databases.<name>.pool.transaction_timeout", duration<&Pool::transaction_timeout>, Live,
           "A transaction that lasts longer is ended. 0: no limit."},
    Option{"databases.<name>.pool.idle_in_transaction_timeout", duration<&Pool::idle_in_transaction_timeout>, Live,
           "A client that asks nothing for longer inside a transaction is disconnected. 0: no limit."},
    Option{"databases.<name>.pool.idle_timeout", duration<&Pool::idle_timeout>, Live,
           "A server connection that is idle for longer is closed, down to min_size. 0: no limit."},
    Option{"databases.<name>.pool.max_lifetime", duration<&Pool::max_lifetime>, Live,
           "An idle server connection that is older, less up to a tenth by chance, is closed. 0: no limit."},
    Option{"databases.<name>.pool.retry_min", duration<&Pool::retry_min, 1>, Live,
           "Pause after a first failed log-in to the backend; it doubles up to retry_max."},
    Option{"databases.<name>.pool.retry_max", duration<&Pool::retry_max, 1>, Live,
           "Longest pause between failed log-ins to the backend."},
    Option{"databases.<name>.pool.cleanup_timeout", duration<&Pool::cleanup_timeout>, Live,
           "Cleaning a server connection whose client was lost may take this long, then it is closed. 0: no "
           "limit."},
    Option{"databases.<name>.pool.cleanup_bytes", plain<Size, &Pool::cleanup_bytes>, Live,
           "Most bytes that are read and dropped while cleaning a server connection."},
    Option{"databases.<name>.pool.defer_begin", plain<Flag, &Pool::defer_begin>, Live,
           "In mode transaction a plain BEGIN takes no server connection before the first statement behind it, or for "
           "about 20 ms: it goes in front of that statement, in the same write."},
    Option{"databases.<name>.pool.tcp_socket_buffer", socket_buffer<&Pool::tcp_socket_buffer>, Live,
           "As client.tcp_socket_buffer, of a server's TCP connection."},
    Option{"databases.<name>.pool.prepared_statements.per_server", count<&Prepared::per_server, 1, 100'000>, Live,
           "A server connection keeps so many prepared statements; beyond that those used the longest ago are closed, "
           "and prepared again when they are needed."},
    Option{"databases.<name>.pool.prepared_statements.reuse_unnamed", plain<Flag, &Prepared::reuse_unnamed>, Live,
           "For clients that never prepare: an unnamed statement whose text and parameter types were seen before in "
           "this pool, from a client with the same startup settings, runs as a prepared statement that these clients "
           "share, so that the server does not parse and plan it anew. What changes: after five executions PostgreSQL "
           "may plan such a statement for any parameters instead of those given (plan_cache_mode = force_custom_plan "
           "prevents it, and leaves the saving in parsing); each server connection keeps these plans in its memory, "
           "and counts them in per_server; pg_prepared_statements and PostgreSQL's log show names of ours. After DDL "
           "in this pool texts are parsed anew; DDL that bypasses it (another user, another program, inside a "
           "function) may make one execution fail with \"cached plan must not change result type\" (0A000), and a "
           "dropped table is told at Bind, not at Parse. Sent as before: whatever does not begin with SELECT, INSERT, "
           "UPDATE, DELETE, MERGE, WITH, VALUES or TABLE; what has a constant such as 'now' or 'today'; what comes "
           "behind a Sync that is not answered yet; and all of a client that keeps its server for state left on it, "
           "such as SET. No effect in mode session."},

    Option{
        "databases.<name>.pool.state.probe", choice<Choice, &State::probe>, Live,
        "When a server connection is asked, at the end of a transaction, what the client has left on it, before "
        "another client gets it. triggered: where the texts of the transaction tell that there may be something, by "
        "their commands and by the names of functions, tables and views. background: likewise, and those that have "
        "run anything since they were asked for all are asked while they are idle; what is found is cleaned up, "
        "logged with the statements that may have left it, and counted (howdah_state_surprises_total), and from then "
        "on the names in those trigger the question, too. always: at the end of each, which costs "
        "about 1 ms; what was found without having been expected is logged and counted "
        "(howdah_state_surprises_total). No effect in mode session."},
    Option{
        "databases.<name>.pool.state.read_catalog", plain<Flag, &State::read_catalog>, Live,
        "The first server connections to a database read from its catalog which functions may leave "
        "something in a session (settings, locks, temporary tables), and which triggers, views, defaults and checks "
        "run those: their names in a text trigger the probe. They are read again after DDL through howdah that "
        "may change them. Functions in C, those of extensions too, are taken to leave nothing. false: a function that "
        "leaves something is not noticed unless its call says so; for backends that are not quite PostgreSQL."},
    Option{"databases.<name>.pool.state.catalog_refresh", duration<&State::catalog_refresh>, Live,
           "While the pool is used, the catalog is also read again after so long, since DDL may come by other ways. "
           "0: only after DDL through howdah."},
    Option{
        "databases.<name>.pool.state.listener_lost", choice<Choice, &State::listener_lost>, Live,
        "In mode transaction the clients of a database that LISTEN share one server connection, outside of max_size, "
        "which is made for them. When it is lost, notifications may be: disconnect ends these clients, as the end "
        "of their own connection would, so that they listen anew and look what they have missed. relisten makes it "
        "again and warns them with a notice."},
    Option{
        "databases.<name>.pool.state.close_instead_of_reset", plain<Flag, &State::close_instead_of_reset>, Live,
        "A server connection that has to be made clean by DISCARD ALL is closed instead. It has to after a client that "
        "disconnects while it may have left something there; in mode session after each one, unless all that it ran "
        "were "
        "simple queries that leave nothing whatever is in the database: SELECT of constants, SHOW, and the "
        "beginning and the end of transactions. A table may be a view or have triggers, defaults or policies, so what "
        "a "
        "client has left that read or wrote one cannot be known."},
    Option{
        "databases.<name>.pool.state.settings", choice<Choice, &State::settings>, Live,
        "What is done about settings that a client makes for its session (SET, set_config, SET ROLE, in whatever way). "
        "carry: they go with the client to whatever server connection it gets. pin: the client keeps its server "
        "connection until they are what they were at its log-in. reject: SET, and set_config(..., false), fail with "
        "0A000; SET LOCAL and RESET do not. Many drivers run SET when they connect. ignore: they last to the end of "
        "their transaction only, or for as long as the client keeps the server connection for something else; then "
        "all is as it was at the log-in, and a client that was told of a plain SET is told of that, too. Nobody ever "
        "gets the settings of others. For this and the following six: reject means an error before anything of the "
        "Query or "
        "Parse that says so outright has run (in its place the server gets one that it refuses itself, a SELECT of a "
        "column named howdah_refuses_...); what no text shows (a function, a code block) is found once its "
        "transaction has ended, and ends the connection with the same error. None has an effect in mode session."},
    Option{
        "databases.<name>.pool.state.prepare", choice<Choice, &State::prepare>, Live,
        "The same for statements prepared by SQL (PREPARE); those of the protocol are served anyway. pin: the client "
        "keeps its server connection as long as there are any. ignore, for this and the following five: they stay "
        "where they are, for whoever comes next to meet and for their client to look for in vain, as with poolers that "
        "do not care."},
    Option{"databases.<name>.pool.state.listen", choice<Choice, &State::listen>, Live,
           "The same for LISTEN. carry: the client hears of its channels by the connection that listens for all. "
           "ignore: a notification goes to whoever has the server connection when it comes, and to "
           "nobody where it is idle."},
    Option{"databases.<name>.pool.state.hold_cursors", choice<Choice, &State::hold_cursors>, Live,
           "The same for cursors WITH HOLD."},
    Option{"databases.<name>.pool.state.temporary_objects", choice<Choice, &State::temporary_objects>, Live,
           "The same for temporary tables, views, functions and so on. Those that are dropped at the end of their "
           "transaction (ON COMMIT DROP) are served anyway."},
    Option{"databases.<name>.pool.state.advisory_locks", choice<Choice, &State::advisory_locks>, Live,
           "The same for advisory locks of the session; those of a transaction (pg_advisory_xact_lock) are served "
           "anyway."},
    Option{
        "databases.<name>.pool.state.libraries", choice<Choice, &State::libraries>, Live,
        "The same for LOAD. pin: until the client leaves, and then the server connection is closed, since nothing else "
        "unloads a library."},
    Option{
        "databases.<name>.pool.state.sequence_values", choice<Choice, &State::sequence_values>, Live,
        "lastval() and currval() give a session the values that it has got from nextval itself, wherever that was "
        "called: INSERT into a table with a serial or identity column, a trigger. auto: once a text or a function of "
        "the database has asked for them, a client keeps the server connection on which it may have called nextval or "
        "setval, until DISCARD SEQUENCES or DISCARD ALL or its end, so that it gets its own; as long as nobody asks, "
        "nothing is done. Whoever is the first to ask may get 55000 (not yet defined in this session) instead of a "
        "value; never that of another. pin: the same from the start. reject: texts with lastval() or currval() fail "
        "with 0A000, functions that call them are served as with auto. ignore: they give what the server connection "
        "has, whosever it is. INSERT ... RETURNING needs none of this. No effect in mode session."},
    Option{
        "databases.<name>.pool.state.max_pinned", count<&State::max_pinned, 0, 10'000>, Live,
        "Most server connections of this pool that clients may keep for what they have left there, so that the others "
        "stay free for everybody. What a transaction leaves is known at its end only: a client that would keep one "
        "more gets the answer, and then its connection is ended with 53400 and the server connection made clean. "
        "Those that keep one already are not touched. 0: no limit, since a limit breaks what worked before; a pool "
        "of which all are kept tells so to who waits for one. No effect in mode session."},

    Option{"users.<name>.password", plain<Password, &User::password>, Live,
           "What clients must know, and what Howdah logs in with where the backend names no user. A text is "
           "a password, a "
           "SCRAM-SHA-256 verifier or an MD5 hash, as PostgreSQL keeps them.",
           "{file: /etc/howdah/app.password}"},
    Option{"users.<name>.pool_mode", choice<OptionalChoice, &User::pool_mode>, Live,
           "In place of the database's pool mode.", "session"},
    Option{"users.<name>.max_clients", count<&User::max_clients, 0, kMostConnections>, Live,
           "Most client connections of this user. 0: no limit of its own."},

    Option{"auth[].from", origin, Live,
           "Where the client comes from: any, local (a Unix socket), an address or a network such as "
           "10.0.0.0/8."},
    Option{"auth[].databases", plain<NameList, &AuthRule::databases>, Live,
           "Names of databases as the client gives them. None: all.", "[products]"},
    Option{"auth[].users", plain<NameList, &AuthRule::users>, Live, "Names of users. None: all.", "[app]"},
    Option{"auth[].method",
           choice<Choice, &AuthRule::method>,
           Live,
           "How the client proves who it is; reject turns it away.",
           {},
           true},
};

bool is_below(std::string_view path, std::string_view section, std::string_view step) {
  return path.size() > section.size() + step.size() && path.starts_with(section) &&
         path.substr(section.size()).starts_with(step);
}

bool any_below(std::string_view section, std::string_view step) {
  return std::ranges::any_of(kTable, [&](const Option& option) { return is_below(option.path, section, step); });
}

}  // namespace

std::span<const Option> option_table() {
  return kTable;
}

const Option* find_option(std::string_view path) {
  const auto* const found = std::ranges::find(kTable, path, &Option::path);
  return found == kTable.end() ? nullptr : found;
}

PlaceKind place_kind(std::string_view path) {
  if (find_option(path) != nullptr) return PlaceKind::Option;
  if (any_below(path, kNameStep)) return PlaceKind::NamedSections;
  if (any_below(path, kItemStep)) return PlaceKind::SectionList;
  return any_below(path, ".") ? PlaceKind::Section : PlaceKind::Unknown;
}

std::vector<std::string_view> keys_of_section(std::string_view section) {
  std::vector<std::string_view> keys;
  for (const auto& option : kTable) {
    const std::string_view step = section.empty() ? "" : ".";
    if (!is_below(option.path, section, step)) continue;
    const auto rest = option.path.substr(section.size() + step.size());
    const auto key = rest.substr(0, rest.find_first_of(".["));
    if (std::ranges::find(keys, key) == keys.end()) keys.push_back(key);
  }
  return keys;
}

SplitPath split_path(std::string_view path) {
  const auto dot = path.rfind('.');
  if (dot == std::string_view::npos) return {.section = {}, .key = path};
  return {.section = path.substr(0, dot), .key = path.substr(dot + 1)};
}

}  // namespace howdah::config
