// Prepared statements by SQL: PREPARE, EXECUTE, DEALLOCATE, DISCARD.
#include <algorithm>
#include <cctype>

#include "tests/support/play/scripted_server.h"

namespace howdah::tests {

namespace {

std::string word_of(std::string& text) {
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  auto word = text.substr(0, text.find(' '));
  text.erase(0, word.size());
  return word;
}

std::string upper(std::string word) {
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return word;
}

}  // namespace

bool ScriptedServer::is_about_statements(const std::string& text) {
  auto rest = text;
  const auto verb = upper(word_of(rest));
  return verb == "PREPARE" || verb == "EXECUTE" || verb == "DEALLOCATE" || verb == "DISCARD";
}

std::optional<ScriptedServer::Answer> ScriptedServer::statements_answer(const std::string& text) {
  auto rest = text;
  const auto verb = upper(word_of(rest));
  auto name = word_of(rest);
  if (verb == "DISCARD") return upper(name) == "ALL" ? discard_all() : Answer{{}, text};
  if (verb == "DEALLOCATE" && upper(name) == "PREPARE") name = word_of(rest);
  if (verb == "DEALLOCATE" && upper(name) == "ALL") {
    forget_named();
    return Answer{{}, "DEALLOCATE ALL"};
  }
  const bool is_known = prepared_.contains(name);
  if (is_known != (verb != "PREPARE")) {
    const auto* end = is_known ? "\" already exists" : "\" does not exist";
    fail(is_known ? "42P05" : "26000", "prepared statement \"" + name + end);
    return std::nullopt;
  }
  if (verb == "EXECUTE") return answer(prepared_[name]);
  if (verb == "DEALLOCATE") {
    prepared_.erase(name);
    sql_names_.erase(name);
  }
  if (verb == "PREPARE") {
    (void)word_of(rest);  // AS
    prepared_[name] = rest.substr(1);
    sql_names_.insert(name);
  }
  return Answer{{}, verb};
}

void ScriptedServer::forget_named() {
  std::erase_if(prepared_, [](const auto& statement) { return !statement.first.empty(); });
  sql_names_.clear();
}

bool ScriptedServer::is_about_tables(const std::string& text) {
  return !text.starts_with("SELECT pg_");
}

void ScriptedServer::change_tables(int by) {
  table_version_ += by;
  for (const auto& [name, text] : prepared_) {
    if (is_about_tables(text)) outdated_.insert(name);
  }
}

bool ScriptedServer::is_outdated(const std::string& name) {
  if (!outdated_.contains(name)) return false;
  protocol::MessageWriter(buffered_, 'E')
      .byte('S')
      .c_string("ERROR")
      .byte('V')
      .c_string("ERROR")
      .byte('C')
      .c_string("0A000")
      .byte('M')
      .c_string("cached plan must not change result type")
      .byte('R')
      .c_string("RevalidateCachedQuery")
      .byte('\0');
  end_failed();
  return true;
}

}  // namespace howdah::tests
