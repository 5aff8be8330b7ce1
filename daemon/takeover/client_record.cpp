#include "daemon/takeover/client_record.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

namespace howdah::takeover {

using client::HandedClient;
using client::HandedStatement;
using protocol::Bytes;
using protocol::SettingValue;

namespace {

constexpr std::uint64_t kLatestTime = 4'000'000'000'000;  // in 2096; the clock could not count much further

std::string encoded(const protocol::SettingsMap& settings) {
  Record all;
  for (const auto& [name, value] : settings) {
    Record one;
    one.add(Tag::Name, name).add(Tag::Value, value.text).add(Tag::Kind, std::uint64_t{std::to_underlying(value.kind)});
    all.add(Tag::Settings, one.encoded());
  }
  return all.encoded();
}

Record to_record(const HandedStatement& statement) {
  Record record;
  record.add(Tag::Variant, statement.variant)
      .add(Tag::Definition, statement.definition)
      .add(Tag::Parameters, statement.told.parameters)
      .add(Tag::Rows, statement.told.rows)
      .add_flag(Tag::IsOutdated, statement.is_outdated);
  return record;
}

std::optional<HandedStatement> read_statement(const Record& record) {
  const auto definition = record.text(Tag::Definition);
  if (!definition) return std::nullopt;
  return HandedStatement{
      .variant = std::string(record.text(Tag::Variant).value_or("")),
      .definition = std::string(*definition),
      .told = {.parameters = record.number(Tag::Parameters).value_or(0), .rows = record.number(Tag::Rows).value_or(0)},
      .is_outdated = record.flag(Tag::IsOutdated)};
}

std::string encoded(const HandedClient::Unnamed& unnamed) {
  Record record;
  record.add(Tag::Definition, unnamed.definition)
      .add_flag(Tag::NamesStatements, unnamed.names_statements)
      .add_flag(Tag::IsSetting, unnamed.is_setting);
  if (unnamed.shared) record.add(Tag::Statement, to_record(*unnamed.shared).encoded());
  return record.encoded();
}

std::optional<HandedClient::Unnamed> read_unnamed(Bytes bytes) {
  const auto record = Record::read_known(bytes);
  if (!record) return std::nullopt;
  HandedClient::Unnamed unnamed{.definition = std::string(record->text(Tag::Definition).value_or("")),
                                .names_statements = record->flag(Tag::NamesStatements),
                                .is_setting = record->flag(Tag::IsSetting)};
  const auto shared = record->text(Tag::Statement);
  if (!shared) return unnamed;
  const auto of_statement = Record::read_known(*shared);
  if (!of_statement) return std::nullopt;
  unnamed.shared = read_statement(*of_statement);
  return unnamed.shared ? std::optional(std::move(unnamed)) : std::nullopt;
}

bool read_statements(const Record& record, HandedClient& client) {
  for (const auto bytes : record.all(Tag::Statement)) {
    const auto one = Record::read_known(bytes);
    auto statement = one ? read_statement(*one) : std::nullopt;
    if (!statement) return false;
    client.statements.push_back(
        {.name = std::string(one->text(Tag::Name).value_or("")), .statement = std::move(*statement)});
  }
  for (const auto name : record.all(Tag::SqlName)) client.sql_names.emplace_back(name);
  if (const auto bytes = record.text(Tag::Unnamed)) {
    client.unnamed = read_unnamed(*bytes);
    return client.unnamed.has_value();
  }
  return true;
}

io::PeerAddress read_peer(const Record& record, int socket) {
  const auto address = record.text(Tag::Address).value_or("");
  const bool is_tcp = address.size() == sizeof(in_addr) || address.size() == sizeof(in6_addr);
  if (is_tcp) return io::PeerAddress::of(address, static_cast<std::uint16_t>(record.number(Tag::Port).value_or(0)));
  sockaddr_storage local{};
  local.ss_family = AF_UNIX;
  return io::PeerAddress::read(socket, local);
}

}  // namespace

Record to_record(const HandedClient& client) {
  const auto since_1970 =
      std::chrono::duration_cast<std::chrono::milliseconds>(client.connected_at.time_since_epoch()).count();
  Record record;
  record.add(Tag::Number, client.id)
      .add(Tag::User, client.user)
      .add(Tag::Database, client.database)
      .add(Tag::ConnectedAt, static_cast<std::uint64_t>(since_1970))
      .add(Tag::KeyNumber, static_cast<std::uint64_t>(static_cast<std::uint32_t>(client.key.process_id)))
      .add(Tag::KeySecret, client.key.secret)
      .add_flag(Tag::IsStatementMode, client.is_statement_mode)
      .add_flag(Tag::ReadsSequences, client.reads_sequences);
  if (!client.peer.is_local())
    record.add(Tag::Address, client.peer.bytes()).add(Tag::Port, std::uint64_t{client.peer.port()});
  if (client.startup_settings) record.add(Tag::StartupSettings, encoded(*client.startup_settings));
  if (client.settings) record.add(Tag::Settings, encoded(*client.settings));
  for (const auto& [name, statement] : client.statements) {
    record.add(Tag::Statement, to_record(statement).add(Tag::Name, name).encoded());
  }
  for (const auto& name : client.sql_names) record.add(Tag::SqlName, name);
  if (client.unnamed) record.add(Tag::Unnamed, encoded(*client.unnamed));
  if (client.begin) record.add(Tag::Begin, client.begin->text).add_flag(Tag::IsBeginFailed, client.begin->is_failed);
  if (!client.unread.empty()) record.add(Tag::Unread, client.unread);
  return record;
}

std::optional<protocol::SessionSettings> KnownSettings::read(Bytes bytes) {
  const auto known = known_.find(std::string(bytes));
  if (known != known_.end()) return known->second;
  const auto all = Record::read_known(bytes);
  if (!all) return std::nullopt;
  auto settings = std::make_shared<protocol::SettingsMap>();
  for (const auto one : all->all(Tag::Settings)) {
    const auto setting = Record::read_known(one);
    const auto name = setting ? setting->text(Tag::Name) : std::nullopt;
    const auto kind = setting ? setting->number(Tag::Kind) : std::nullopt;
    if (!name || !kind || *kind > std::to_underlying(SettingValue::Kind::Default)) return std::nullopt;
    settings->insert_or_assign(std::string(*name),
                               SettingValue{.text = std::string(setting->text(Tag::Value).value_or("")),
                                            .kind = static_cast<SettingValue::Kind>(*kind)});
  }
  return known_.emplace(std::string(bytes), std::move(settings)).first->second;
}

std::optional<HandedClient> read_client(const Record& record, int socket, KnownSettings& known) {
  if (record.is_beyond_us()) return std::nullopt;
  const auto user = record.text(Tag::User);
  const auto database = record.text(Tag::Database);
  const auto key_number = record.number(Tag::KeyNumber);
  const auto secret = record.text(Tag::KeySecret);
  const auto connected_at = record.number(Tag::ConnectedAt);
  if (connected_at.value_or(0) > kLatestTime) return std::nullopt;
  if (!record.number(Tag::Number) || !user || !database || !key_number || !secret || !connected_at) return std::nullopt;
  const auto settings_of = [&](Tag tag) {
    const auto bytes = record.text(tag);
    return bytes ? known.read(*bytes) : std::optional(protocol::SessionSettings());
  };
  const auto startup_settings = settings_of(Tag::StartupSettings);
  const auto settings = settings_of(Tag::Settings);
  if (!startup_settings || !settings) return std::nullopt;
  HandedClient client{.id = *record.number(Tag::Number),
                      .user = std::string(*user),
                      .database = std::string(*database),
                      .peer = read_peer(record, socket),
                      .connected_at = std::chrono::system_clock::time_point(std::chrono::milliseconds(*connected_at)),
                      .key = {.process_id = static_cast<std::int32_t>(*key_number), .secret = std::string(*secret)},
                      .is_statement_mode = record.flag(Tag::IsStatementMode),
                      .reads_sequences = record.flag(Tag::ReadsSequences),
                      .startup_settings = *startup_settings,
                      .settings = *settings,
                      .unread = std::string(record.text(Tag::Unread).value_or(""))};
  if (const auto begin = record.text(Tag::Begin)) {
    client.begin = {.text = std::string(*begin), .is_failed = record.flag(Tag::IsBeginFailed)};
  }
  return read_statements(record, client) ? std::optional(std::move(client)) : std::nullopt;
}

}  // namespace howdah::takeover
