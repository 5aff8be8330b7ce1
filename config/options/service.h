// Options of the daemon as a whole: where it listens, its users and files, its end, the stats port, the log.
#pragma once

#include <array>

#include "config/options/binding.h"

namespace howdah::config::options {

inline constexpr std::array kServiceOptions{
    Option{"listen", plain<ListenMany, &Settings::listen>, Reopen,
           "Where applications connect: host:port, [address]:port, :port (all addresses), unix:/folder or "
           "unix:/folder:port. A reload opens what is new before it closes what is gone, and leaves alone what stays; "
           "who is connected stays connected. If one address cannot be opened, the reload is refused.",
           "[127.0.0.1:6432]", true},
    Option{"workers", plain<WorkerCount, &Settings::workers>, Restart,
           "Threads that serve clients, each with a loop of its own; all share the pools. auto: one for each core that "
           "the "
           "process may run on. Clients that wait for a server are served in the order of their arrival; with several "
           "workers one may be overtaken by at most 64 that came later."},
    Option{"reload_interval", duration<&Settings::reload_interval>, Live,
           "The configuration file, the files that it names in user_list, hba_file and ident_file, and those of "
           "secrets are looked at so often, and a change is taken as by SIGHUP; a mistake is told in the log, once, "
           "and changes nothing. 0: only SIGHUP and RELOAD read them again."},
    Option{"shutdown_timeout", duration<&Settings::shutdown_timeout>, Live,
           "An orderly shutdown waits this long, behind drain.delay, for clients to go and transactions to end. 0: no "
           "limit."},

    Option{
        "instance", plain<InstanceNumber, &Settings::instance>, Live,
        "The number of this howdah among several that serve the same clients. It stands in the cancel keys that "
        "clients "
        "get, so that a cancel that comes to another one is forwarded here. One of the four secret bytes of a key is "
        "given up for it, or one of 32 with protocol 3.2. 0: keys name nobody."},
    Option{
        "peers_secret", plain<HiddenText, &Settings::peers_secret>, Replace,
        "What instances show each other that they know, without sending it, when they forward a cancel: the same text "
        "in all of them, of 16 bytes or more, best of random ones. Needed where there are peers, and by who is one.",
        "{file: /etc/howdah/peers.secret}"},

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

    Option{
        "takeover.socket", plain<FilePath, &TakeoverSettings::socket>, Restart,
        "Where a new howdah, started with --takeover, asks this one for its place: a Unix socket for the same user of "
        "the system and root. The new one gets the listeners, and each client with all that it has as soon as its "
        "transaction is over. Clients by TLS, in session mode, and those that keep their server or listen to channels "
        "are told 57P01 instead. Without it nobody can take over.",
        "/run/howdah/takeover.sock"},
    Option{"takeover.rate", count<&TakeoverSettings::rate, 0, 1'000'000>, Live,
           "Most clients that are told to go per second while another howdah takes over. 0: all at once."},
    Option{"takeover.timeout", duration<&TakeoverSettings::timeout>, Live,
           "Clients whose transaction is still not over by then are told 57P01. 0: no limit."},

    Option{
        "peers.<name>.address", plain<ConnectOne, &PeerSettings::address>, Live,
        "The other instances, by their numbers: where each of them listens. A cancel whose key names one of them, and "
        "is not known here, is forwarded to it. The list may be the same everywhere: our own number is passed over.",
        "10.0.0.2:6432", true},

    Option{"admin.listen", plain<ListenOne, &AdminSettings::listen>, Reopen,
           "The stats port, as host:port: the dashboard, /metrics, /healthz, /readyz, /stats.json. Without it there is "
           "none.",
           "127.0.0.1:9930"},
    Option{
        "admin.token", plain<HiddenText, &AdminSettings::token>, Reopen,
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

    Option{"log.level", choice<Choice, &LogSettings::level>, Live, "The least important lines that are written."},
    Option{"log.format", choice<Choice, &LogSettings::format>, Live, "Lines for people, or one JSON object each."},
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
};

}  // namespace howdah::config::options
