// Options of client connections: limits, sockets, TLS, the PROXY protocol.
#pragma once

#include <array>

#include "config/options/binding.h"

namespace howdah::config::options {

using Tls = TlsSettings;

// The kernel's limits: MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT.
inline constexpr int kMostKeepaliveSeconds = 32'767;
inline constexpr int kMostKeepaliveProbes = 127;
inline constexpr int kMostUserTimeoutSeconds = 86'400;

inline constexpr std::array kClientOptions{
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
    Option{"client.tcp_nodelay", plain<Flag, &ClientSettings::tcp_nodelay>, Replace,
           "Answers over TCP are sent at once. false: the kernel may keep a small one back until the client has "
           "acknowledged the one before, which saves packets and costs up to 40 ms."},
    Option{"client.tcp_keepalive", plain<Flag, &ClientSettings::tcp_keepalive>, Replace,
           "Whether the kernel asks silent clients over TCP for a sign of life, as the following three say. Without it "
           "a client whose machine or network is gone keeps its place, and the server that it has, until another limit "
           "of time ends it."},
    Option{"client.tcp_keepalives_idle", short_duration<&ClientSettings::tcp_keepalives_idle, kMostKeepaliveSeconds>,
           Replace,
           "Silence before the first such question. In whole seconds, rounded up. 0: the system's, mostly two hours."},
    Option{"client.tcp_keepalives_interval",
           short_duration<&ClientSettings::tcp_keepalives_interval, kMostKeepaliveSeconds>, Replace,
           "Between two questions that are not answered. In whole seconds, rounded up. 0: the system's."},
    Option{"client.tcp_keepalives_count", count<&ClientSettings::tcp_keepalives_count, 0, kMostKeepaliveProbes>,
           Replace, "So many questions without an answer end the connection. 0: the system's."},
    Option{"client.tcp_user_timeout", short_duration<&ClientSettings::tcp_user_timeout, kMostUserTimeoutSeconds>,
           Replace,
           "A client over TCP that has acknowledged nothing of what was sent to it for longer is disconnected. Linux "
           "also counts the time in which a client reads nothing and so takes nothing more, as one may that works on "
           "the rows it has: take more than that. 0: the system's, mostly a quarter of an hour, without those that "
           "only do not read."},
    Option{
        "client.tcp_socket_buffer", socket_buffer<&ClientSettings::tcp_socket_buffer>, Replace,
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
};

}  // namespace howdah::config::options
