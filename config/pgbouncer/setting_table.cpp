#include "config/pgbouncer/setting_table.h"

#include <algorithm>
#include <array>

namespace howdah::config::pgbouncer {

namespace {

using enum Takes;
using enum Place;

constexpr auto kGlobals = std::to_array<SettingRow>({
    // Where it listens.
    {"listen_addr", List, Special, "", "", ""},
    {"listen_port", Count, Special, "", "6432", ""},
    {"unix_socket_dir", Text, Special, "", "/tmp", ""},
    {"unix_socket_mode", Text, Nowhere, "", "",
     "everybody may connect to the socket (0777); its folder's mode decides who reaches it"},
    {"unix_socket_group", Text, Nowhere, "", "", "the group of the socket's folder decides who reaches it"},
    {"listen_backlog", Count, Nowhere, "", "", "4096, or what the kernel allows"},
    {"so_reuseport", Flag, Nowhere, "", "", "one process serves on all cores (workers: auto), with one pool for all"},
    {"tcp_defer_accept", Flag, Nowhere, "", "", "silent connections cost little, and client.login_timeout ends them"},
    {"peer_id", Count, Nowhere, "", "",
     "one process serves on all cores; of several machines see instance, peers and peers_secret"},
    // Pools.
    {"pool_mode", Mode, Pool, "mode", "session", ""},
    {"default_pool_size", Count, Pool, "max_size", "20", ""},
    {"min_pool_size", Count, Pool, "min_size", "", ""},
    {"reserve_pool_size", Count, Special, "", "", ""},
    {"reserve_pool_timeout", Seconds, Nowhere, "", "", "there is no reserve: see reserve_pool_size"},
    {"max_db_connections", Count, Special, "", "", ""},
    {"max_user_connections", Count, Nowhere, "", "",
     "a pool's max_size is the one limit of server connections; its user's pools add up"},
    {"max_db_client_connections", Count, Pool, "max_clients", "", ""},
    {"max_user_client_connections", Count, Nowhere, "", "", "users.<name>.max_clients limits one user"},
    {"max_client_conn", Count, File, "client.max_connections", "100", ""},
    {"query_wait_timeout", Seconds, Pool, "acquire_timeout", "120", ""},
    {"query_wait_notify", Seconds, Pool, "acquire_notify", "", ""},
    {"query_timeout", Seconds, Pool, "query_timeout", "", ""},
    {"transaction_timeout", Seconds, Pool, "transaction_timeout", "", ""},
    {"idle_transaction_timeout", Seconds, Pool, "idle_in_transaction_timeout", "", ""},
    {"server_idle_timeout", Seconds, Pool, "idle_timeout", "", ""},
    {"server_lifetime", Seconds, Pool, "max_lifetime", "", ""},
    {"server_connect_timeout", Seconds, Pool, "connect_timeout", "", ""},
    {"server_login_retry", Seconds, Pool, "retry_max", "",
     "the longest pause: the first is shorter (retry_min), and it doubles; meanwhile clients wait"},
    {"max_prepared_statements", Count, Pool, "prepared_statements.per_server", "", ""},
    {"server_round_robin", Flag, Nowhere, "", "",
     "a client gets the server connection that it had last, else the one that was used last"},
    {"server_reset_query", Text, Special, "", "", ""},
    {"server_reset_query_always", Flag, Nowhere, "", "",
     "the server is asked what a client has left there; nothing is left to the next one"},
    {"server_check_query", Text, Nowhere, "", "", "an idle server connection that ends is noticed at once"},
    {"server_check_delay", Seconds, Nowhere, "", "", "an idle server connection that ends is noticed at once"},
    {"server_fast_close", Flag, Nowhere, "", "", "RECONNECT waits for the end of a session in mode session"},
    {"autodb_idle_timeout", Seconds, Nowhere, "", "",
     "pools of the entry \"*\" stay; their connections go by idle_timeout"},
    {"pool_idle_timeout", Seconds, Nowhere, "", "", "pools stay; their connections go by idle_timeout"},
    {"ignore_startup_parameters", List, Nowhere, "", "",
     "every startup parameter is taken and follows its client; none has to be ignored"},
    {"track_extra_parameters", List, Nowhere, "", "", "every setting follows its client"},
    {"disable_pqexec", Flag, Nowhere, "", "", "simple queries are always served"},
    // Clients.
    {"client_login_timeout", Seconds, File, "client.login_timeout", "", ""},
    {"client_idle_timeout", Seconds, File, "client.idle_timeout", "", ""},
    {"cancel_wait_timeout", Seconds, Nowhere, "", "", "cancels do not wait for a server connection"},
    {"suspend_timeout", Seconds, Nowhere, "", "", "there is no SUSPEND"},
    {"application_name_add_host", Flag, File, "client.application_name_add_host", "", ""},
    {"login_notify_message", Text, Nowhere, "", "", "clients are not greeted"},
    // TCP.
    {"tcp_keepalive", Flag, File, "client.tcp_keepalive", "", "of clients; for servers it is in their backend"},
    {"tcp_keepidle", Seconds, File, "client.tcp_keepalives_idle", "", "of clients; for servers it is in their backend"},
    {"tcp_keepintvl", Seconds, File, "client.tcp_keepalives_interval", "",
     "of clients; for servers it is in their backend"},
    {"tcp_keepcnt", Count, File, "client.tcp_keepalives_count", "", "of clients; for servers it is in their backend"},
    {"tcp_user_timeout", Milliseconds, File, "client.tcp_user_timeout", "",
     "of clients; for servers it is in their backend"},
    {"tcp_socket_buffer", Bytes, File, "client.tcp_socket_buffer", "", ""},
    {"pkt_buf", Count, Nowhere, "", "", "each worker has one buffer for all its connections"},
    {"max_packet_size", Count, Nowhere, "", "", "large messages pass in pieces; none is collected"},
    {"sbuf_loopcnt", Count, Nowhere, "", "", "a turn of the loop reads each connection once"},
    // Who may log in.
    {"auth_type", Text, Special, "", "md5", ""},
    {"auth_file", Text, Special, "", "", ""},
    {"auth_hba_file", Text, Special, "", "", ""},
    {"auth_ident_file", Text, Special, "", "", ""},
    {"auth_user", Text, Special, "", "", ""},
    {"auth_query", Text, Special, "", "", ""},
    {"auth_dbname", Text, Special, "", "", ""},
    {"auth_ldap_options", Text, Special, "", "", ""},
    {"scram_iterations", Count, Nowhere, "", "",
     "plain passwords are hashed with 4096 iterations; a verifier has its own count"},
    {"admin_users", List, File, "admin.users", "", ""},
    {"stats_users", List, File, "admin.stats_users", "", ""},
    {"stats_period", Seconds, File, "admin.stats_period", "", ""},
    // TLS.
    {"client_tls_sslmode", Text, Special, "", "", ""},
    {"client_tls_cert_file", Text, File, "client.tls.certificate", "", ""},
    {"client_tls_key_file", Text, File, "client.tls.key", "", "only howdah's user or root may read it"},
    {"client_tls_ca_file", Text, File, "client.tls.ca", "", ""},
    {"client_tls_protocols", Text, Special, "", "", ""},
    {"client_tls_ciphers", Text, Special, "", "", ""},
    {"client_tls13_ciphers", Text, File, "client.tls.cipher_suites", "", ""},
    {"client_tls_ecdhcurve", Text, Nowhere, "", "", "OpenSSL's curves"},
    {"client_tls_dheparams", Text, Nowhere, "", "", "OpenSSL's own"},
    {"server_tls_sslmode", Text, Special, "", "", ""},
    {"server_tls_ca_file", Text, Special, "", "", ""},
    {"server_tls_cert_file", Text, Special, "", "", ""},
    {"server_tls_key_file", Text, Special, "", "", ""},
    {"server_tls_protocols", Text, Special, "", "", ""},
    {"server_tls_ciphers", Text, Nowhere, "", "", "libpq has no option for it: OpenSSL's configuration file has"},
    {"server_tls13_ciphers", Text, Nowhere, "", "", "libpq has no option for it: OpenSSL's configuration file has"},
    // Log.
    {"verbose", Count, Special, "", "", ""},
    {"log_connections", Flag, Special, "", "", ""},
    {"log_disconnections", Flag, Special, "", "", ""},
    {"log_pooler_errors", Flag, Nowhere, "", "", "they are counted by their SQLSTATE on the stats port"},
    {"log_stats", Flag, Nowhere, "", "", "figures are on the console and the stats port (admin.listen)"},
    {"logfile", Text, Nowhere, "", "", "the log goes to standard error, for systemd's journal or whoever starts it"},
    {"pidfile", Text, Nowhere, "", "", "it runs in the foreground, where a service manager knows its process"},
    {"syslog", Flag, Nowhere, "", "", "the log goes to standard error, for systemd's journal or whoever starts it"},
    {"syslog_ident", Text, Nowhere, "", "", "the log goes to standard error"},
    {"syslog_facility", Text, Nowhere, "", "", "the log goes to standard error"},
    // The program.
    {"user", Text, Nowhere, "", "", "who starts it says as which user: User= of its unit"},
    {"conffile", Text, Nowhere, "", "", "the file of the command line is the one that is read again"},
    {"service_name", Text, Nowhere, "", "", "of Windows"},
    {"job_name", Text, Nowhere, "", "", "of Windows"},
    // Names.
    {"dns_max_ttl", Seconds, Nowhere, "", "", "names are looked up at each log-in to a server"},
    {"dns_nxdomain_ttl", Seconds, Nowhere, "", "", "names are looked up at each log-in to a server"},
    {"dns_zone_check_period", Seconds, Nowhere, "", "", "names are looked up at each log-in to a server"},
    {"resolv_conf", Text, Nowhere, "", "", "names are looked up as the system does it"},
});

constexpr auto kDatabaseKeys = std::to_array<KeyRow>({
    {"host", Text, "", ""},
    {"port", Text, "", ""},
    {"dbname", Text, "", ""},
    {"user", Text, "", ""},
    {"password", Text, "", ""},
    {"client_encoding", Text, "", ""},
    {"datestyle", Text, "", ""},
    {"timezone", Text, "", ""},
    {"application_name", Text, "", ""},
    {"connect_query", Text, "", ""},
    {"load_balance_hosts", Text, "", ""},
    {"target_session_attrs", Text, "", ""},
    {"pool_mode", Mode, "pool_mode", ""},
    {"pool_size", Count, "default_pool_size", ""},
    {"min_pool_size", Count, "min_pool_size", ""},
    {"reserve_pool", Count, "reserve_pool_size", ""},
    {"reserve_pool_size", Count, "reserve_pool_size", ""},
    {"max_db_connections", Count, "max_db_connections", ""},
    {"max_db_client_connections", Count, "max_db_client_connections", ""},
    {"server_lifetime", Seconds, "server_lifetime", ""},
    {"query_wait_timeout", Seconds, "query_wait_timeout", ""},
    {"auth_user", Text, "auth_user", ""},
    {"auth_query", Text, "auth_query", ""},
    {"auth_dbname", Text, "auth_dbname", ""},
});

constexpr auto kOfPoolsOnly = "it is an option of a database's pool, the same for all its users";
constexpr auto kUserKeys = std::to_array<KeyRow>({
    {"pool_mode", Mode, "", ""},
    {"max_user_client_connections", Count, "", ""},
    {"max_user_connections", Count, "", "a pool's max_size is the one limit of server connections"},
    {"pool_size", Count, "", kOfPoolsOnly},
    {"reserve_pool_size", Count, "", kOfPoolsOnly},
    {"query_timeout", Seconds, "", kOfPoolsOnly},
    {"query_wait_timeout", Seconds, "", kOfPoolsOnly},
    {"idle_transaction_timeout", Seconds, "", kOfPoolsOnly},
    {"transaction_timeout", Seconds, "", kOfPoolsOnly},
    {"client_idle_timeout", Seconds, "", "client.idle_timeout is the same for all users"},
});

}  // namespace

std::span<const SettingRow> global_settings() {
  return kGlobals;
}

std::span<const KeyRow> database_keys() {
  return kDatabaseKeys;
}

std::span<const KeyRow> user_keys() {
  return kUserKeys;
}

const SettingRow* find_global(std::string_view name) {
  const auto* const found = std::ranges::find(kGlobals, name, &SettingRow::name);
  return found == kGlobals.end() ? nullptr : found;
}

const KeyRow* find_key(std::span<const KeyRow> keys, std::string_view key) {
  const auto found = std::ranges::find(keys, key, &KeyRow::key);
  return found == keys.end() ? nullptr : &*found;
}

}  // namespace howdah::config::pgbouncer
