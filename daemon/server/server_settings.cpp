// Settings that are set again behind a client's RESET, and what the client hears of that.
#include <utility>

#include "daemon/server/server_connection.h"
#include "protocol/messages.h"
#include "protocol/statement_messages.h"

namespace howdah::server {

using protocol::Asker;
using protocol::Request;
using protocol::SetCommand;

namespace {

constexpr std::string_view kOwnStatement = "howdah_reset";

}  // namespace

void ServerConnection::tell_held_reports(std::string& out) {
  is_holding_reports_ = false;
  for (const auto& [name, value] : parameters_.let_go()) {
    protocol::MessageWriter(out, 'S').c_string(name).c_string(value);
  }
}

void ServerConnection::note_run_set(std::string_view tag) {
  if (tag == "SET" || tag == "RESET" || tag == "DISCARD ALL") has_run_set_ = true;
  if (tag == "ROLLBACK") has_run_set_ = false;  // perhaps to a savepoint: who knows which of them are left
}

void ServerConnection::set_in_batch(const protocol::SettingsMap& settings, const protocol::SettingsMap& local,
                                    io::OutputBatch& batch) {
  for (const auto& entry : settings) append_own_set(protocol::set_commands({entry}, false), batch);
  for (const auto& entry : local) append_own_set(protocol::set_commands({entry}, true), batch);
  note_own_sets(settings, local);
}

void ServerConnection::set_in_transaction(const protocol::SettingsMap& settings, const protocol::SettingsMap& local,
                                          io::OutputBatch& batch) {
  note_own_sets(settings, local);
  settings_before_ = settings_;
  owed_.expect(Request::Query, Asker::Pooler);
  const auto query = protocol::set_commands(settings, false) + protocol::set_commands(local, true);
  batch.own_written([&](std::string& out) { protocol::append_query(out, query); });
}

// The client's unnamed statement stays; its unnamed portal has been run.
void ServerConnection::append_own_set(const std::string& text, io::OutputBatch& batch) {
  for (const auto request : {Request::Close, Request::Parse, Request::Bind, Request::Execute, Request::Close}) {
    owed_.expect(request, Asker::Pooler);
  }
  batch.own_written([&](std::string& out) {
    protocol::append_close_statement(out, kOwnStatement);  // one that has failed is there still
    protocol::append_parse(out, kOwnStatement, text.substr(0, text.size() - 1) + std::string(3, '\0'));
    protocol::append_bind(out, "", kOwnStatement);
    protocol::append_execute(out, "");
    protocol::append_close_statement(out, kOwnStatement);
  });
}

// SET may write a list of names otherwise than the client has: what lasts is set once more, as it was written.
void ServerConnection::note_own_sets(const protocol::SettingsMap& settings, const protocol::SettingsMap& local) {
  for (const auto& [name, value] : settings) {
    const bool is_exact = !protocol::is_list_of_names(name);
    own_sets_.push_back(
        {.kind = is_exact ? SetCommand::Kind::Set : SetCommand::Kind::Local, .name = name, .value = value});
  }
  for (const auto& [name, value] : local) {
    own_sets_.push_back({.kind = SetCommand::Kind::Local, .name = name, .value = value});
  }
}

void ServerConnection::take_own_set() {
  setting_changes_.on_command(std::move(own_sets_.front()));
  own_sets_.pop_front();
}

}  // namespace howdah::server
