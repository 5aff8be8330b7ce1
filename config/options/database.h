// Options of an entry of `databases`: its backend, log-ins there, its pool.
#pragma once

#include <array>

#include "config/options/binding.h"

namespace howdah::config::options {

using Db = DatabaseSettings;
using Ask = AuthQuerySettings;
using Pool = PoolSettings;
using Prepared = PreparedStatementSettings;
using State = StateSettings;

inline constexpr std::array kDatabaseOptions{
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
    Option{"databases.<name>.pool.prepared_statements.per_server", count<&Prepared::per_server, 1, 100'000>, Replace,
           "A server connection keeps so many prepared statements; beyond that those used the longest ago are closed, "
           "and prepared again when they are needed."},
    Option{"databases.<name>.pool.prepared_statements.reuse_unnamed", plain<Flag, &Prepared::reuse_unnamed>, Replace,
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
        "databases.<name>.pool.state.probe", choice<Choice, &State::probe>, Replace,
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
        "databases.<name>.pool.state.listener_lost", choice<Choice, &State::listener_lost>, Replace,
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
        "databases.<name>.pool.state.settings", choice<Choice, &State::settings>, Replace,
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
        "databases.<name>.pool.state.prepare", choice<Choice, &State::prepare>, Replace,
        "The same for statements prepared by SQL (PREPARE); those of the protocol are served anyway. pin: the client "
        "keeps its server connection as long as there are any. ignore, for this and the following five: they stay "
        "where they are, for whoever comes next to meet and for their client to look for in vain, as with poolers that "
        "do not care."},
    Option{"databases.<name>.pool.state.listen", choice<Choice, &State::listen>, Replace,
           "The same for LISTEN. carry: the client hears of its channels by the connection that listens for all. "
           "ignore: a notification goes to whoever has the server connection when it comes, and to "
           "nobody where it is idle."},
    Option{"databases.<name>.pool.state.hold_cursors", choice<Choice, &State::hold_cursors>, Replace,
           "The same for cursors WITH HOLD."},
    Option{"databases.<name>.pool.state.temporary_objects", choice<Choice, &State::temporary_objects>, Replace,
           "The same for temporary tables, views, functions and so on. Those that are dropped at the end of their "
           "transaction (ON COMMIT DROP) are served anyway."},
    Option{"databases.<name>.pool.state.advisory_locks", choice<Choice, &State::advisory_locks>, Replace,
           "The same for advisory locks of the session; those of a transaction (pg_advisory_xact_lock) are served "
           "anyway."},
    Option{
        "databases.<name>.pool.state.libraries", choice<Choice, &State::libraries>, Replace,
        "The same for LOAD. pin: until the client leaves, and then the server connection is closed, since nothing else "
        "unloads a library."},
    Option{
        "databases.<name>.pool.state.sequence_values", choice<Choice, &State::sequence_values>, Replace,
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
};

}  // namespace howdah::config::options
