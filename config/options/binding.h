// How a row of the table of options names its field: binders, to be given as Option::field.
#pragma once

#include <type_traits>

#include "config/option_table.h"

namespace howdah::config::options {

using enum Reload;

inline constexpr int kMostConnections = 1'000'000;

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
  if constexpr (std::is_same_v<Owner, TakeoverSettings>) return subject.settings.takeover;
  if constexpr (std::is_same_v<Owner, DatabaseSettings>) return subject.database;
  if constexpr (std::is_same_v<Owner, AuthQuerySettings>) return subject.database.auth_query;
  if constexpr (std::is_same_v<Owner, PoolSettings>) return subject.database.pool;
  if constexpr (std::is_same_v<Owner, PreparedStatementSettings>) return subject.database.pool.prepared_statements;
  if constexpr (std::is_same_v<Owner, StateSettings>) return subject.database.pool.state;
  if constexpr (std::is_same_v<Owner, UserSettings>) return subject.user;
  if constexpr (std::is_same_v<Owner, PeerSettings>) return subject.peer;
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
inline Field mapped_user(Subject& subject) {
  return MappedUser{&subject.mapping};
}
inline Field origin(Subject& subject) {
  return OriginOfRule{&subject.rule};
}

}  // namespace howdah::config::options
