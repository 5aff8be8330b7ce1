// The checked configuration, as values: what the rest of the code reads. Built by config/, never changed
// afterwards, shared as an immutable snapshot by all threads. Units are in the types; a time of zero means
// "no limit". The defaults stand here and nowhere else.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/ident_map.h"
#include "config/name_pattern.h"

namespace howdah::config {

using Milliseconds = std::chrono::milliseconds;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

enum class PoolMode { Transaction, Session, Statement };

struct PreparedStatementSettings {
  int per_server = 500;        // most that a server keeps between batches
  bool reuse_unnamed = false;  // an unnamed statement with a text seen before is the server's shared one

  bool operator==(const PreparedStatementSettings&) const = default;
};

enum class StateProbe { Triggered, Background, Always };
enum class ListenerLost { Disconnect, Relisten };

// What is done about one kind of state that a client would leave on its server.
enum class StatePolicy { Pin, Reject, Ignore };
enum class SettingsPolicy { Carry, Pin, Reject, Ignore };
enum class ListenPolicy { Carry, Pin, Reject, Ignore };
enum class SequencePolicy { Auto, Pin, Reject, Ignore };

struct StateSettings {
  StateProbe probe = StateProbe::Triggered;
  bool read_catalog = true;                               // which functions may leave something
  Milliseconds catalog_refresh = 60s;                     // 0: only after DDL in this pool
  ListenerLost listener_lost = ListenerLost::Disconnect;  // what happens to the sessions that listen
  bool close_instead_of_reset = false;                    // a server that DISCARD ALL would make clean is closed
  int max_pinned = 0;                                     // servers that clients may keep; 0: all
  SettingsPolicy settings = SettingsPolicy::Carry;
  StatePolicy prepare = StatePolicy::Pin;
  ListenPolicy listen = ListenPolicy::Carry;
  StatePolicy hold_cursors = StatePolicy::Pin;
  StatePolicy temporary_objects = StatePolicy::Pin;
  StatePolicy advisory_locks = StatePolicy::Pin;
  StatePolicy libraries = StatePolicy::Pin;
  SequencePolicy sequence_values = SequencePolicy::Auto;

  bool operator==(const StateSettings&) const = default;
};

// Where a server connection is released, how many there are, and how long anything may take on it.
struct PoolSettings {
  PoolMode mode = PoolMode::Transaction;
  int min_size = 0;
  int max_size = 20;
  int max_clients = 0;            // client connections of this database; 0: no limit of its own
  int max_concurrent_logins = 4;  // log-ins to the backend under way at a time
  Milliseconds acquire_timeout = 30s;
  Milliseconds acquire_notify = 5s;
  Milliseconds connect_timeout = 15s;  // one log-in to the backend, name look-up included
  Milliseconds query_timeout = 0ms;
  Milliseconds transaction_timeout = 0ms;
  Milliseconds idle_in_transaction_timeout = 0ms;
  Milliseconds idle_timeout = 10min;  // a server idle for longer is closed, down to min_size
  Milliseconds max_lifetime = 1h;     // an idle server older than this, less up to a tenth of it by chance, is closed
  Milliseconds dns_ttl = 15s;         // names of the backend's hosts are looked up again so often; 0: never
  Milliseconds retry_min = 100ms;     // pause after a first failed log-in to the backend; it doubles up to retry_max
  Milliseconds retry_max = 15s;
  Milliseconds cleanup_timeout = 5s;                // making a server clean after its client was lost
  std::int64_t cleanup_bytes = 16LL * 1024 * 1024;  // most bytes read and dropped while doing so
  PreparedStatementSettings prepared_statements;
  StateSettings state;
  bool defer_begin = true;             // a plain BEGIN takes no server before the first statement behind it
  std::int64_t tcp_socket_buffer = 0;  // each way, of a server's TCP connection; 0: as the kernel does it
};

// How users without a secret of their own are looked up in PostgreSQL.
struct AuthQuerySettings {
  std::string user = {};          // logs in to ask; empty: nobody asks
  std::string password = {};      // of that user; empty: what libpq finds
  std::string database = {};      // where it asks; empty: that of the backend, else the entry's, else postgres
  std::string query = {};         // with $1 for the name; empty: pg_authid is read
  int max_connections = 2;        // and threads
  Milliseconds ttl = 30s;         // an answer counts so long
  Milliseconds stale_ttl = 5min;  // and then so long while it is asked for again
  Milliseconds timeout = 5s;      // one question, with the log-in where there is none
  Milliseconds idle_timeout = 1min;

  [[nodiscard]] bool is_on() const { return !user.empty(); }
  bool operator==(const AuthQuerySettings&) const = default;
};

// One entry of `databases`. The entry named "*" serves every name that has no entry of its own.
struct DatabaseSettings {
  std::string name = {};
  std::string backend = {};  // a libpq connection string or URI
  Milliseconds backend_auth_cache =
      60s;  // a password that the backend took is right for so long; 0: it is always asked
  AuthQuerySettings auth_query = {};
  // How the pool's log-ins come by a password, beside the connection string's and that of `users`.
  std::string password_command = {};    // for a shell; empty: none
  std::string password_file = {};       // read at each log-in; empty: none
  Milliseconds password_ttl = 1min;     // what the command said counts so long
  Milliseconds password_timeout = 10s;  // of the command
  bool scram_pass_through = false;      // the keys of a client's SCRAM log-in log in to the backend
  PoolSettings pool = {};
};

// One entry of `users`. The secret is plain text, "md5" and 32 hex digits, or a SCRAM-SHA-256 verifier.
struct UserSettings {
  std::string name;
  std::optional<std::string> password;  // already read from its file or environment variable
  std::optional<PoolMode> pool_mode;    // instead of the database's
  int max_clients = 0;                  // 0: no limit of its own
};

// How a client proves who it is. (PostgreSQL documentation: "Authentication Methods"; Backend is our own)
enum class AuthMethod { Trust, Reject, Password, Md5, ScramSha256, Cert, Peer, Pam, Ldap, Backend };

enum class RuleTls { Any, Required, Refused };
enum class ClientCertificateCheck { None, VerifyCa, VerifyFull };
enum class CertificateName { CommonName, DistinguishedName };

// Where a password is tried out, for the method ldap. (PostgreSQL documentation: "LDAP Authentication")
struct LdapSettings {
  enum class Scheme { Ldap, Ldaps };
  enum class Scope { Base, One, Subtree };
  Scheme scheme = Scheme::Ldap;
  std::vector<std::string> servers = {};  // names or addresses, tried in order
  int port = 0;                           // 0: that of the scheme
  bool start_tls = false;
  // Simple bind as prefix + user + suffix.
  std::string prefix = {};
  std::string suffix = {};
  // Search and bind, where `base_dn` is not empty.
  std::string base_dn = {};
  std::string bind_dn = {};
  std::string bind_password = {};
  std::string search_attribute = "uid";
  std::string search_filter = {};  // $username stands for the user; empty: by search_attribute
  Scope scope = Scope::Subtree;

  bool operator==(const LdapSettings&) const = default;
};

// Where a connection comes from: anywhere, a Unix socket, or a network.
struct Origin {
  enum class Kind { Any, Local, Address };
  Kind kind = Kind::Any;
  std::string address = {};  // with Kind::Address: 4 or 16 bytes, network order; of a network all bits, as written
  int prefix_bits = 0;       // of `address`
};

// One rule of `auth`: the first that matches a connection decides its method.
struct AuthRule {
  Origin origin = {};
  RuleTls tls = RuleTls::Any;               // never asked of a Unix socket
  std::vector<NamePattern> databases = {};  // empty: all
  std::vector<NamePattern> users = {};      // empty: all
  AuthMethod method = AuthMethod::ScramSha256;
  std::string map = {};  // of `ident_maps`, for cert and peer; empty: both names must be the same
  ClientCertificateCheck client_certificate = ClientCertificateCheck::None;  // beside the method
  CertificateName certificate_name = CertificateName::CommonName;            // for cert and VerifyFull
  std::string pam_service = "postgresql";
  LdapSettings ldap = {};
};

struct ProxyProtocolSettings {
  std::vector<Origin> from;  // load balancers, of which each connection begins with a header; none is Any
};

// What a client over TCP may and must do about TLS.
enum class TlsMode { Disable, Allow, Require };
enum class ClientCertificate { None, Request, Require };
enum class TlsVersion { Tls12, Tls13 };

struct TlsSettings {
  TlsMode mode = TlsMode::Disable;
  std::string certificate;  // a PEM file: ours, then those between it and the authority
  std::string key;          // a PEM file that only we can read
  std::string ca;           // a PEM file of the authorities that sign clients' certificates
  ClientCertificate client_certificate = ClientCertificate::None;
  TlsVersion min_version = TlsVersion::Tls12;
  TlsVersion max_version = TlsVersion::Tls13;
  std::string ciphers = "HIGH:!aNULL";  // OpenSSL's list, for 1.2
  std::string cipher_suites;            // OpenSSL's list, for 1.3; empty: its own
  Milliseconds reload_interval = 10s;   // the files are looked at so often; 0: only at a reload
};

struct ClientSettings {
  int max_connections = 1000;             // in all; 0: no limit
  int max_logins = 2000;                  // connections that have not logged in yet, in all; 0: no limit
  int max_logins_per_address = 500;       // likewise, of one address; 0: no limit of its own
  Milliseconds login_timeout = 60s;       // from the accept to the end of authentication
  Milliseconds idle_timeout = 0ms;        // a client that asks nothing for longer, outside a transaction
  Milliseconds half_close_timeout = 10s;  // a request may finish for this long after its client sent end of file
  // Of connections over TCP. Zero: what the system has for all.
  bool tcp_nodelay = true;
  bool tcp_keepalive = true;
  Milliseconds tcp_keepalives_idle = 5min;     // below the 350 s after which load balancers forget a connection
  Milliseconds tcp_keepalives_interval = 15s;  // so that a client whose machine is gone is noticed after 6 min 15 s
  int tcp_keepalives_count = 5;
  Milliseconds tcp_user_timeout = 0ms;  // it would also end a client that reads nothing for so long
  std::int64_t tcp_socket_buffer = 0;   // each way
  TlsSettings tls;
  ProxyProtocolSettings proxy_protocol;
  bool application_name_add_host = false;
};

struct AdminSettings {
  std::string listen;                            // stats port: "host:port"; empty: none
  std::string token;                             // to be shown by who looks at the stats port; empty: none is asked for
  std::vector<std::string> users;                // who may do everything on the console
  std::vector<std::string> stats_users;          // who may look there
  int reserved_connections = 10;                 // and descriptors, that clients do not get
  Milliseconds stats_period = 60s;               // averages are those of the last one
  std::string trace_directory;                   // where TRACE writes; empty: there is no TRACE
  std::int64_t trace_size = 10LL * 1024 * 1024;  // most bytes of one file
};

enum class LogLevel { Debug, Info, Warning, Error };
enum class LogFormat { Text, Json };

struct LogSettings {
  LogLevel level = LogLevel::Info;
  LogFormat format = LogFormat::Text;
  bool connections = true;              // a line at info for each log-in and each disconnect
  Milliseconds slow_transaction = 0ms;  // those that took as long are logged; 0: none
  Milliseconds slow_statement = 0ms;    // the same
};

struct StatementSettings {
  bool track = true;
  int max = 1000;  // on each worker
};

// How the daemon ends where it lets its clients finish.
struct DrainSettings {
  Milliseconds delay = 0ms;  // not ready any more, but clients may still come
  int rate = 0;              // clients that are told to go, per second; 0: all at once
};

// How another howdah takes the place of this one.
struct TakeoverSettings {
  std::string socket;  // a path; empty: it cannot
  int rate = 100;      // clients that must go, per second; 0: all at once
  Milliseconds timeout = 5min;
};

// Another howdah, that cancels for its own clients are forwarded to.
struct PeerSettings {
  std::string name;     // its number, as it stands in the configuration: "2"
  std::string address;  // of one of its listeners
};

inline constexpr int kMostInstances = 255;
inline constexpr std::size_t kLeastPeersSecretBytes = 16;

inline constexpr int kMostWorkers = 64;

struct Settings {
  std::vector<std::string> listen;  // "host:port", "[v6]:port", ":port", "unix:/folder" or "unix:/folder:port"
  int workers = 0;                  // 0: auto, one for each core
  std::string user;                 // who howdah becomes when root starts it
  bool core_dumps = false;          // they would hold secrets
  int instance = 0;                 // which of several howdahs; 0: cancel keys name nobody
  std::string peers_secret;         // that instances know each other by
  std::map<std::string, PeerSettings> peers;  // by number; our own may be among them
  AdminSettings admin;
  ClientSettings client;
  LogSettings log;
  StatementSettings statements;
  DrainSettings drain;
  TakeoverSettings takeover;
  Milliseconds reload_interval = 0ms;   // the files of the configuration are looked at so often; 0: never
  Milliseconds shutdown_timeout = 30s;  // a drain ends after this, counted from the end of drain.delay
  std::map<std::string, DatabaseSettings> databases;
  std::map<std::string, UserSettings> users;
  std::string user_list;   // a file in PgBouncer's format; its users are among `users`
  std::string hba_file;    // in PostgreSQL's format; its rules are `auth`
  std::string ident_file;  // in PostgreSQL's format; its maps are `ident_maps`
  IdentMaps ident_maps;
  std::vector<AuthRule> auth;  // empty: scram-sha-256 for everybody (made explicit by the reader)
};

}  // namespace howdah::config
