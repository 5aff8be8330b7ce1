// Options of who gets in: users, maps of names, rules.
#pragma once

#include <array>

#include "config/options/binding.h"

namespace howdah::config::options {

using User = UserSettings;
using Rule = AuthRule;
using Ldap = LdapSettings;

inline constexpr std::array kAccessOptions{
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

}  // namespace howdah::config::options
