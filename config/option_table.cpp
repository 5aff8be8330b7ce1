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
  if constexpr (std::is_same_v<Owner, TlsSettings>) return subject.settings.client.tls;
  if constexpr (std::is_same_v<Owner, ProxyProtocolSettings>) return subject.settings.client.proxy_protocol;
  if constexpr (std::is_same_v<Owner, LogSettings>) return subject.settings.log;
  if constexpr (std::is_same_v<Owner, StatementSettings>) return subject.settings.statements;
  if constexpr (std::is_same_v<Owner, DrainSettings>) return subject.settings.drain;
  if constexpr (std::is_same_v<Owner, DatabaseSettings>) return subject.database;
  if constexpr (std::is_same_v<Owner, AuthQuerySettings>) return subject.database.auth_query;
  if constexpr (std::is_same_v<Owner, PoolSettings>) return subject.database.pool;
  if constexpr (std::is_same_v<Owner, PreparedStatementSettings>) return subject.database.pool.prepared_statements;
  if constexpr (std::is_same_v<Owner, StateSettings>) return subject.database.pool.state;
  if constexpr (std::is_same_v<Owner, UserSettings>) return subject.user;
  if constexpr (std::is_same_v<Owner, AuthRule>) return subject.rule;
  if constexpr (std::is_same_v<Owner, IdentMapping>) return subject.mapping;
  if constexpr (std::is_same_v<Owner, LdapSettings>) return subject.rule.ldap;
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
template <auto kMember>
Field trace_size(Subject& subject) {
  return Size{.value = address_of<kMember>(subject), .most = 1LL << 34};
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
template <auto kMember, bool kTakesSameUser>
Field names(Subject& subject) {
  return NamePatternList{address_of<kMember>(subject), kTakesSameUser};
}
Field mapped_user(Subject& subject) {
  return MappedUser{&subject.mapping};
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
using Ask = AuthQuerySettings;
using Pool = PoolSettings;
using Prepared = PreparedStatementSettings;
using State = StateSettings;
using Tls = TlsSettings;
using User = UserSettings;
using Rule = AuthRule;
using Ldap = LdapSettings;

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
           "An orderly shutdown waits this long, behind drain.delay, for clients to go and transactions to end. 0: no "
           "limit."},

    Option{"user_list", plain<FilePath, &Settings::user_list>, Live,
           "A file in the format of PgBouncer's auth_file (userlist.txt): a name and a secret in double quotes on each "
           "line. What users says of the same names wins. The file must be closed to others (chmod 600).",
           "/etc/howdah/userlist.txt"},
    Option{"hba_file", plain<FilePath, &Settings::hba_file>, Live,
           "A file in the format of PostgreSQL's pg_hba.conf, in place of auth. What has no meaning here (roles by "
           "their members, host names, samenet, gss, sspi, radius and some more) is an error with its line; records "
           "for replication are passed over.",
           "/etc/howdah/pg_hba.conf"},
    Option{"ident_file", plain<FilePath, &Settings::ident_file>, Live,
           "A file in the format of PostgreSQL's pg_ident.conf, in place of ident_maps.", "/etc/howdah/pg_ident.conf"},

    Option{"user", plain<Text, &Settings::user>, Restart,
           "Started as root, howdah becomes this user of the system, for good and with no right of root left, as soon "
           "as it "
           "has read the configuration, opened those addresses of listen whose ports are below 1024, and not yet "
           "heard from anybody. All else it opens as that user, the configuration once more too. root: it stays root. "
           "Without a user it refuses to serve as root. No effect where it is started as somebody else.",
           "howdah"},
    Option{
        "core_dumps", plain<Flag, &Settings::core_dumps>, Restart,
        "Whether the kernel may write the process's memory to a file when it crashes. There are passwords and rows in "
        "it. Without, nobody but root can look into the process by /proc or a debugger either."},

    Option{"drain.delay", duration<&DrainSettings::delay>, Live,
           "After SIGTERM /readyz says that we are not ready, but clients are served and may still come for so long: "
           "until "
           "every load balancer has noticed. Then the listeners are closed, clients between two transactions are told "
           "57P01, and the others when their transaction ends."},
    Option{"drain.rate", count<&DrainSettings::rate, 0, 1'000'000>, Live,
           "Most clients that are told to go per second, so that they do not all come to the next pooler at the same "
           "moment. 0: all at once."},

    Option{"admin.listen", plain<ListenOne, &AdminSettings::listen>, Restart,
           "The stats port, as host:port: the dashboard, /metrics, /healthz, /readyz, /stats.json. Without it there is "
           "none.",
           "127.0.0.1:9930"},
    Option{
        "admin.token", plain<HiddenText, &AdminSettings::token>, Restart,
        "Who asks the stats port for figures must send this as a bearer token; /healthz and /readyz need none. Without "
        "a token everybody who reaches the port may look, and addresses of clients are shown only where it listens "
        "on the loopback interface.",
        "{file: /etc/howdah/stats.token}"},
    Option{"admin.users", plain<NameList, &AdminSettings::users>, Live,
           "Who may use the console, and do everything there: psql with the database name howdah or pgbouncer.",
           "[postgres]"},
    Option{"admin.stats_users", plain<NameList, &AdminSettings::stats_users>, Live,
           "Who may use the console to look, and give no orders: SHOW.", "[monitoring]"},
    Option{"admin.reserved_connections", count<&AdminSettings::reserved_connections, 0, 1000>, Live,
           "So many log-ins and open files are kept for the console: clients are turned away with 53300 before they "
           "would take the last ones. Consoles are not counted in client.max_connections."},
    Option{"admin.stats_period", duration<&AdminSettings::stats_period, 100>, Live,
           "The averages of SHOW STATS are those of the last full period of this length."},
    Option{
        "admin.trace_directory", plain<FilePath, &AdminSettings::trace_directory>, Live,
        "A folder for the files that TRACE CLIENT on the console writes, closed to others; it must be there and ours "
        "to write to. Nothing in it is ever removed. Without it there is no TRACE.",
        "/var/lib/howdah/traces"},
    Option{"admin.trace_size", trace_size<&AdminSettings::trace_size>, Live,
           "Most bytes of one such file: with them the trace ends. At most 10 clients are traced at a time."},

    Option{"client.max_connections", count<&ClientSettings::max_connections, 0, kMostConnections>, Live,
           "Most client connections in all. 0: no limit."},
    Option{
        "client.max_logins", count<&ClientSettings::max_logins, 0, kMostConnections>, Live,
        "Most client connections at a time that have not logged in yet; those beyond are turned away with 53300. 0: no "
        "limit."},
    Option{
        "client.max_logins_per_address", count<&ClientSettings::max_logins_per_address, 0, kMostConnections>, Live,
        "Likewise, of one address: that in the header of the PROXY protocol, where there is one. Unix sockets are not "
        "counted. 0: no limit of its own."},
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
    Option{
        "client.tls.mode", choice<Choice, &Tls::mode>, Replace,
        "TLS from clients over TCP, by SSLRequest or at once (direct, ALPN postgresql). allow: those that ask for it "
        "get it. require: the others are turned away. Unix sockets never have it."},
    Option{"client.tls.certificate", plain<FilePath, &Tls::certificate>, Replace,
           "A PEM file: our certificate, then those between it and the authority that clients know.",
           "/etc/howdah/server.crt"},
    Option{"client.tls.key", plain<FilePath, &Tls::key>, Replace,
           "A PEM file with the key of the certificate, without a passphrase. It must be ours and closed to others "
           "(chmod 600), or root's and at most open to our group (640).",
           "/etc/howdah/server.key"},
    Option{"client.tls.ca", plain<FilePath, &Tls::ca>, Replace,
           "A PEM file of the authorities whose certificates clients may show.", "/etc/howdah/clients.crt"},
    Option{"client.tls.client_certificate", choice<Choice, &Tls::client_certificate>, Replace,
           "Whether clients are asked for a certificate. request: one that is shown must be of client.tls.ca. require: "
           "one must be shown. What it must say is up to the rules of auth."},
    Option{"client.tls.min_version", choice<Choice, &Tls::min_version>, Replace, "The least version of TLS."},
    Option{"client.tls.max_version", choice<Choice, &Tls::max_version>, Replace, "The greatest version of TLS."},
    Option{"client.tls.ciphers", plain<Text, &Tls::ciphers>, Replace,
           "The ciphers for TLS 1.2, as a list of OpenSSL's (openssl ciphers)."},
    Option{"client.tls.cipher_suites", plain<Text, &Tls::cipher_suites>, Replace,
           "The ciphers for TLS 1.3, as a list of OpenSSL's. Without it those that OpenSSL prefers.",
           "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"},
    Option{"client.tls.reload_interval", duration<&Tls::reload_interval>, Replace,
           "So often the files of the certificate, the key and the authorities are looked at, and read again when they "
           "have changed; new connections get the new ones. 0: at a reload only."},

    Option{
        "client.proxy_protocol.from", plain<OriginMany, &ProxyProtocolSettings::from>, Live,
        "Load balancers whose connections begin with a header of the PROXY protocol, version 1 or 2, which tells where "
        "the client is: that address goes into the rules, the log and SHOW CLIENTS. A connection from there without "
        "such a header is closed, and one from elsewhere that has it too.",
        "[10.0.0.0/24]"},
    Option{
        "client.application_name_add_host", plain<Flag, &ClientSettings::application_name_add_host>, Live,
        "The application_name that a client gives at its log-in gets the client's address behind it, as in \"app - "
        "10.0.0.7:40000\", to be seen in PostgreSQL's log and pg_stat_activity. In mode transaction each client that "
        "gets a server then sets its own name there."},

    Option{"log.level", choice<Choice, &LogSettings::level>, Live, "The least important lines that are written."},
    Option{"log.format", choice<Choice, &LogSettings::format>, Restart, "Lines for people, or one JSON object each."},
    Option{"log.connections", plain<Flag, &LogSettings::connections>, Live,
           "A line at info for each log-in and each disconnect."},
    Option{"log.slow_transaction", duration<&LogSettings::slow_transaction>, Live,
           "Transactions that took as long are logged at info, with where the time went. 0: none."},
    Option{"log.slow_statement", duration<&LogSettings::slow_statement>, Live,
           "Statements that took a server as long are logged at info, without their values. 0: none."},

    Option{"statements.track", plain<Flag, &StatementSettings::track>, Live,
           "Counts what was run by statement: SHOW STATEMENTS. Statements that differ in their values only are one."},
    Option{"statements.max", count<&StatementSettings::max, 10, 100'000>, Live,
           "Most statements that each worker keeps; beyond, those that took the least time lately go."},

    Option{
        "databases.<name>.backend", plain<Backend, &Db::backend>, Replace,
        "The PostgreSQL behind this name: a libpq connection string or URI. Without a database name in it "
        "the "
        "client's is used, without a user the client's too. A host that is a folder, such as "
        "host=/run/postgresql, is reached by the Unix socket in there, which costs less than TCP where PostgreSQL "
        "runs on this machine. Over TCP, keepalives, keepalives_idle, keepalives_interval, keepalives_count and "
        "tcp_user_timeout are libpq's; where the string says nothing of them and names no service, keepalives_idle=60 "
        "keepalives_interval=10 keepalives_count=6.",
        "postgresql://127.0.0.1:5432", true},
    Option{"databases.<name>.backend_auth_cache", duration<&Db::backend_auth_cache>, Live,
           "With the auth method backend: a password that the backend has taken is right here for so long without "
           "asking it again, though it be changed or its user dropped there. Kept in memory as a verifier. 0: the "
           "backend is asked at each log-in. A wrong password always goes to the backend."},
    Option{"databases.<name>.auth_query.user", plain<Text, &Ask::user>, Replace,
           "Users that have no secret under users are looked up in PostgreSQL: this role logs in to the backend and "
           "asks. Needed by the methods scram-sha-256, md5 and password. Without it nobody is looked up.",
           "howdah_auth"},
    Option{"databases.<name>.auth_query.password", plain<HiddenText, &Ask::password>, Replace,
           "Its password. None: what libpq finds by itself (a password file, a certificate).",
           "{file: /etc/howdah/auth.password}"},
    Option{"databases.<name>.auth_query.database", plain<Text, &Ask::database>, Replace,
           "The database where it asks. None: that of backend, else the name of the entry, for \"*\" postgres.",
           "postgres"},
    Option{"databases.<name>.auth_query.query", plain<Text, &Ask::query>, Replace,
           "What it asks, with $1 in place of the user's name. The columns of the answer are the name, the secret as "
           "PostgreSQL keeps it or plain text, and, if there is a third, the end of its validity in seconds of the "
           "epoch. A name that is not just that of the user, or no row, means nobody; NULL, that the user cannot log "
           "in. None: pg_catalog.pg_authid is read, which a superuser may; for others make a function with SECURITY "
           "DEFINER. In either case NOLOGIN and VALID UNTIL of a role of that name count.",
           "select * from pooler.user_lookup($1)"},
    Option{"databases.<name>.auth_query.max_connections", count<&Ask::max_connections, 1, 100>, Replace,
           "Most connections that ask; they are none of the pool's."},
    Option{"databases.<name>.auth_query.ttl", duration<&Ask::ttl>, Replace,
           "An answer counts for so long, one that says that there is no such user too. After a log-in with it has "
           "failed, it is asked for anew."},
    Option{"databases.<name>.auth_query.stale_ttl", duration<&Ask::stale_ttl>, Replace,
           "For so long after its ttl an answer is still used, while it is asked for again behind."},
    Option{"databases.<name>.auth_query.timeout", duration<&Ask::timeout, 100>, Replace,
           "Most time for one question, the log-in included."},
    Option{"databases.<name>.auth_query.idle_timeout", duration<&Ask::idle_timeout, 100>, Replace,
           "A connection that has nothing to ask for longer is closed."},
    Option{"databases.<name>.password_command", plain<HiddenText, &Db::password_command>, Replace,
           "For passwords that change: /bin/sh runs this, and the first line that it prints is the password for "
           "log-ins to the backend. What it says on its standard error goes to the log. Run again after password_ttl, "
           "and after the backend has refused the password.",
           "aws rds generate-db-auth-token --hostname db --port 5432 --username app"},
    Option{"databases.<name>.password_file", plain<FilePath, &Db::password_file>, Replace,
           "The same from a file, which is read at each log-in to the backend; the line end at its end is no part of "
           "it.",
           "/run/secrets/backend-password"},
    Option{"databases.<name>.password_ttl", duration<&Db::password_ttl>, Replace,
           "What password_command has printed counts for so long."},
    Option{"databases.<name>.password_timeout", duration<&Db::password_timeout, 100>, Replace,
           "password_command is killed after this, and the log-in fails."},
    Option{"databases.<name>.scram_pass_through", plain<Flag, &Db::scram_pass_through>, Replace,
           "A client that logs in by SCRAM with the same verifier as PostgreSQL has (copied there, or looked up by "
           "auth_query) gives away the keys with which howdah logs in to the backend as that user; they are kept in "
           "memory only. Needs libpq 18 or newer, and a backend without a user."},
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
    Option{"databases.<name>.pool.acquire_notify", duration<&Pool::acquire_notify>, Live,
           "A client that has waited this long for a server connection is told why, by a notice. 0: never."},
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
    Option{"databases.<name>.pool.dns_ttl", duration<&Pool::dns_ttl>, Live,
           "Host names in the backend's connection string are looked up again this often while there are server "
           "connections; those at an address that no name has any more are replaced. 0: only when connecting."},
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
    Option{"databases.<name>.pool.tcp_socket_buffer", socket_buffer<&Pool::tcp_socket_buffer>, Replace,
           "As client.tcp_socket_buffer, of a server's TCP connection."},
    Option{"databases.<name>.pool.prepared_statements.per_server", count<&Prepared::per_server, 1, 100'000>, Restart,
           "A server connection keeps so many prepared statements; beyond that those used the longest ago are closed, "
           "and prepared again when they are needed."},
    Option{"databases.<name>.pool.prepared_statements.reuse_unnamed", plain<Flag, &Prepared::reuse_unnamed>, Restart,
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
        "databases.<name>.pool.state.probe", choice<Choice, &State::probe>, Restart,
        "When a server connection is asked, at the end of a transaction, what the client has left on it, before "
        "another client gets it. triggered: where the texts of the transaction tell that there may be something, by "
        "their commands and by the names of functions, tables and views. background: likewise, and those that have "
        "run anything since they were asked for all are asked while they are idle; what is found is cleaned up, "
        "logged with the statements that may have left it, and counted (howdah_state_surprises_total), and from then "
        "on the names in those trigger the question, too. always: at the end of each, which costs "
        "about 1 ms; what was found without having been expected is logged and counted "
        "(howdah_state_surprises_total). No effect in mode session."},
    Option{
        "databases.<name>.pool.state.read_catalog", plain<Flag, &State::read_catalog>, Restart,
        "The first server connections to a database read from its catalog which functions may leave "
        "something in a session (settings, locks, temporary tables), and which triggers, views, defaults and checks "
        "run those: their names in a text trigger the probe. They are read again after DDL through howdah that "
        "may change them. Functions in C, those of extensions too, are taken to leave nothing. false: a function that "
        "leaves something is not noticed unless its call says so; for backends that are not quite PostgreSQL."},
    Option{"databases.<name>.pool.state.catalog_refresh", duration<&State::catalog_refresh>, Restart,
           "While the pool is used, the catalog is also read again after so long, since DDL may come by other ways. "
           "0: only after DDL through howdah."},
    Option{
        "databases.<name>.pool.state.listener_lost", choice<Choice, &State::listener_lost>, Restart,
        "In mode transaction the clients of a database that LISTEN share one server connection, outside of max_size, "
        "which is made for them. When it is lost, notifications may be: disconnect ends these clients, as the end "
        "of their own connection would, so that they listen anew and look what they have missed. relisten makes it "
        "again and warns them with a notice."},
    Option{
        "databases.<name>.pool.state.close_instead_of_reset", plain<Flag, &State::close_instead_of_reset>, Restart,
        "A server connection that has to be made clean by DISCARD ALL is closed instead. It has to after a client that "
        "disconnects while it may have left something there; in mode session after each one, unless all that it ran "
        "were "
        "simple queries that leave nothing whatever is in the database: SELECT of constants, SHOW, and the "
        "beginning and the end of transactions. A table may be a view or have triggers, defaults or policies, so what "
        "a "
        "client has left that read or wrote one cannot be known."},
    Option{
        "databases.<name>.pool.state.settings", choice<Choice, &State::settings>, Restart,
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
        "databases.<name>.pool.state.prepare", choice<Choice, &State::prepare>, Restart,
        "The same for statements prepared by SQL (PREPARE); those of the protocol are served anyway. pin: the client "
        "keeps its server connection as long as there are any. ignore, for this and the following five: they stay "
        "where they are, for whoever comes next to meet and for their client to look for in vain, as with poolers that "
        "do not care."},
    Option{"databases.<name>.pool.state.listen", choice<Choice, &State::listen>, Restart,
           "The same for LISTEN. carry: the client hears of its channels by the connection that listens for all. "
           "ignore: a notification goes to whoever has the server connection when it comes, and to "
           "nobody where it is idle."},
    Option{"databases.<name>.pool.state.hold_cursors", choice<Choice, &State::hold_cursors>, Restart,
           "The same for cursors WITH HOLD."},
    Option{"databases.<name>.pool.state.temporary_objects", choice<Choice, &State::temporary_objects>, Restart,
           "The same for temporary tables, views, functions and so on. Those that are dropped at the end of their "
           "transaction (ON COMMIT DROP) are served anyway."},
    Option{"databases.<name>.pool.state.advisory_locks", choice<Choice, &State::advisory_locks>, Restart,
           "The same for advisory locks of the session; those of a transaction (pg_advisory_xact_lock) are served "
           "anyway."},
    Option{
        "databases.<name>.pool.state.libraries", choice<Choice, &State::libraries>, Restart,
        "The same for LOAD. pin: until the client leaves, and then the server connection is closed, since nothing else "
        "unloads a library."},
    Option{
        "databases.<name>.pool.state.sequence_values", choice<Choice, &State::sequence_values>, Restart,
        "lastval() and currval() give a session the values that it has got from nextval itself, wherever that was "
        "called: INSERT into a table with a serial or identity column, a trigger. auto: once a text or a function of "
        "the database has asked for them, a client keeps the server connection on which it may have called nextval or "
        "setval, until DISCARD SEQUENCES or DISCARD ALL or its end, so that it gets its own; as long as nobody asks, "
        "nothing is done. Whoever is the first to ask may get 55000 (not yet defined in this session) instead of a "
        "value; never that of another. pin: the same from the start. reject: texts with lastval() or currval() fail "
        "with 0A000, functions that call them are served as with auto. ignore: they give what the server connection "
        "has, whosever it is. INSERT ... RETURNING needs none of this. No effect in mode session."},
    Option{
        "databases.<name>.pool.state.max_pinned", count<&State::max_pinned, 0, 10'000>, Restart,
        "Most server connections of this pool that clients may keep for what they have left there, so that the others "
        "stay free for everybody. What a transaction leaves is known at its end only: a client that would keep one "
        "more gets the answer, and then its connection is ended with 53400 and the server connection made clean. "
        "Those that keep one already are not touched. 0: no limit, since a limit breaks what worked before; a pool "
        "of which all are kept tells so to who waits for one. No effect in mode session."},

    Option{"users.<name>.password", plain<Password, &User::password>, Replace,
           "What clients must know, and what Howdah logs in with where the backend names no user. A text is "
           "a password, a "
           "SCRAM-SHA-256 verifier or an MD5 hash, as PostgreSQL keeps them.",
           "{file: /etc/howdah/app.password}"},
    Option{"users.<name>.pool_mode", choice<OptionalChoice, &User::pool_mode>, Live,
           "In place of the database's pool mode.", "session"},
    Option{"users.<name>.max_clients", count<&User::max_clients, 0, kMostConnections>, Live,
           "Most client connections of this user. 0: no limit of its own."},

    Option{"ident_maps.<name>[].system", plain<SystemUser, &IdentMapping::system>, Live,
           "For the methods cert and peer: a name in a certificate or a user of the operating system who may log in as "
           "`user`; of / and a regular expression, all names that it is found in.",
           R"('/^(.*)@example\.net$')", true},
    Option{"ident_maps.<name>[].user", mapped_user, Live,
           "As whom: a name, in which \\1 stands for what the first group of `system` has matched, / and a regular "
           "expression, or all.",
           "'\\1'", true},

    Option{"auth[].from", origin, Live,
           "Where the client comes from: any, local (a Unix socket), an address or a network such as "
           "10.0.0.0/8."},
    Option{"auth[].tls", choice<Choice, &Rule::tls>, Live,
           "Whether the rule is for connections with TLS (required), over TCP without it (refused), or both (any)."},
    Option{"auth[].databases", names<&Rule::databases, true>, Live,
           "Names of databases as the client gives them, among them sameuser (the one called as the user), all, or / "
           "and a regular expression, which is found anywhere in the name unless it says ^ and $. None: all.",
           "[products, sameuser, '/^shop[0-9]+$']"},
    Option{"auth[].users", names<&Rule::users, false>, Live, "Names of users likewise, without sameuser. None: all.",
           "[app]"},
    Option{
        "auth[].method",
        choice<Choice, &AuthRule::method>,
        Live,
        "How the client proves who it is. trust: not at all. reject: it is turned away. scram-sha-256, md5: it knows "
        "the password, which is not sent. password: it sends it, which needs TLS or a Unix socket. cert: by the name "
        "in its TLS certificate; only with tls: required. peer: by the user of the operating system that it runs "
        "as; only with from: local. pam, ldap: those check the password that it sends. backend: PostgreSQL checks "
        "it.",
        {},
        true},
    Option{
        "auth[].map", plain<Text, &Rule::map>, Live,
        "With cert and peer: the entry of ident_maps that says which users that name may log in as. Without one both "
        "names must be the same.",
        "app"},
    Option{"auth[].client_certificate", choice<Choice, &Rule::client_certificate>, Live,
           "What must be proved by a TLS certificate, beside the method; only with tls: required. verify-ca: that the "
           "client has one of client.tls.ca. verify-full: also that its name is the user's, or with cert, which "
           "does this anyway, one that the map has for it."},
    Option{"auth[].certificate_name", choice<Choice, &Rule::certificate_name>, Live,
           "Which name of a certificate is meant: the common name, or the whole distinguished name (RFC 2253)."},
    Option{"auth[].pam_service", plain<Text, &Rule::pam_service>, Live,
           "With pam: the name of the service, mostly a file in /etc/pam.d."},
    Option{"auth[].ldap.servers", plain<NameList, &Ldap::servers>, Live,
           "With ldap: names or addresses of the servers, tried in order.", "[ldap.example.net]"},
    Option{"auth[].ldap.scheme", choice<Choice, &Ldap::scheme>, Live, "ldaps: TLS from the first byte."},
    Option{"auth[].ldap.port", count<&Ldap::port, 0, 65'535>, Live, "0: that of the scheme, 389 or 636."},
    Option{"auth[].ldap.start_tls", plain<Flag, &Ldap::start_tls>, Live,
           "Turns a connection of scheme ldap into one with TLS before anything else. Without it or ldaps passwords "
           "cross the network in clear text."},
    Option{"auth[].ldap.prefix", plain<Text, &Ldap::prefix>, Live,
           "Simple bind: the client's password is tried out with the name prefix + user + suffix.", "uid="},
    Option{"auth[].ldap.suffix", plain<Text, &Ldap::suffix>, Live, "See prefix.", "',ou=people,dc=example,dc=net'"},
    Option{"auth[].ldap.base_dn", plain<Text, &Ldap::base_dn>, Live,
           "Search and bind, in place of prefix and suffix: the user is searched for below this name, and the password "
           "is tried out with the one entry that is found.",
           "ou=people,dc=example,dc=net"},
    Option{"auth[].ldap.bind_dn", plain<Text, &Ldap::bind_dn>, Live, "Who searches. Without it nobody in particular.",
           "cn=howdah,dc=example,dc=net"},
    Option{"auth[].ldap.bind_password", plain<HiddenText, &Ldap::bind_password>, Live, "The password of bind_dn.",
           "{file: /etc/howdah/ldap.password}"},
    Option{"auth[].ldap.search_attribute", plain<Text, &Ldap::search_attribute>, Live,
           "The attribute that is the user's name."},
    Option{"auth[].ldap.search_filter", plain<Text, &Ldap::search_filter>, Live,
           "In place of search_attribute: a filter, in which $username stands for the user.",
           "(|(uid=$username)(mail=$username))"},
    Option{"auth[].ldap.scope", choice<Choice, &Ldap::scope>, Live,
           "How deep below base_dn: base is that entry itself, one the entries right below, sub all."},
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
