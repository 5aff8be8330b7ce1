// What the scripted server answers when it is asked what a session has left.
#include "protocol/state_probe.h"
#include "tests/support/hex.h"
#include "tests/support/play/scripted_server.h"

namespace howdah::tests {

bool ScriptedServer::is_probe(const std::string& text) {
  return text.starts_with(protocol::kProbeMark);
}

// Asked for what, it tells no more than a real one would.
ScriptedServer::Answer ScriptedServer::probe_answer(const std::string& text) {
  int row_count = 0;
  const auto row = [&](const std::string& what, const std::string& name, const std::string& value) {
    protocol::MessageWriter writer(buffered_, 'D');
    writer.int16(3);
    for (const auto& column : {what, hex(name), hex(value)}) {
      writer.int32(static_cast<std::int32_t>(column.size())).bytes(column);
    }
    ++row_count;
  };
  if (text.find("pg_settings") != std::string::npos) {
    for (const auto& [name, value] : settings_) row("s", name, value);
  }
  if (text.find("pg_listening_channels") != std::string::npos) {
    for (const auto& channel : channels_) row("l", channel, "");
  }
  if (text.find("pg_prepared_statements") != std::string::npos && !sql_names_.empty()) row("p", "", "");
  return {{}, "SELECT " + std::to_string(row_count)};
}

}  // namespace howdah::tests
