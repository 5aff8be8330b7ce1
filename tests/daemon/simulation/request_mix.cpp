#include "tests/daemon/simulation/request_mix.h"

#include "tests/support/frontend_messages.h"

namespace howdah::tests {

std::optional<int> client_of(std::string_view text) {
  for (auto at = text.find('c'); at != std::string_view::npos; at = text.find('c', at + 1)) {
    int client = 0;
    auto next = at + 1;
    for (; next < text.size() && text[next] >= '0' && text[next] <= '9'; ++next) {
      client = client * 10 + (text[next] - '0');
    }
    if (next > at + 1 && next < text.size() && text[next] == '.') return client;
  }
  return std::nullopt;
}

std::string RequestMix::tagged(std::string_view statement) const {
  return std::string(statement) + " -- " + tag_;
}

Unit RequestMix::next(bool may_change_settings) {
  tag_ = prefix(client_) + std::to_string(++serial_);
  switch (dice_.below(12)) {
    case 0:
    case 1:
    case 2:
      return simple();
    case 3:
    case 4:
    case 5:
      return extended();
    case 6:
      return copy();
    case 7:
    case 8:
      return transaction();
    case 9:
    case 10:
      if (uses_names_) return named();
      [[fallthrough]];
    default:
      return rare(may_change_settings);
  }
}

Unit RequestMix::simple() {
  switch (dice_.below(8)) {
    case 0:
      return {query("SELECT " + tag_ + "; ROWS 3 " + tag_ + "; SELECT " + tag_)};
    case 1:
      return {query("ERROR " + tag_)};
    case 2:
      return {query("SLEEP " + tag_)};
    case 3:
      return {query("SELECT " + tag_ + "; ERROR " + tag_ + "; SELECT " + tag_)};
    case 4:
      return {query("BIG " + std::to_string(dice_.portion(150'000)) + " " + tag_)};
    case 5:
      return {query("SELECT " + tag_ + std::string(dice_.portion(100'000), '.'))};
    default:
      return {query("SELECT " + tag_)};
  }
}

Unit RequestMix::extended() {
  const auto select = dice_.chance(70) ? "SELECT " + tag_ : std::string("SELECT shared by all");
  switch (dice_.below(10)) {
    case 0:  // three statements, one Sync
      return {statement(select) + statement("ROWS 2 " + tag_) + statement(select) + sync()};
    case 1:  // what follows the error is dropped up to the Sync, a simple query too
      return {statement(select) + statement("ERROR " + tag_) + query(select) + statement(select) + sync()};
    case 2:
      return {statement("LATE ERROR " + tag_) + statement(select) + describe('P') + sync()};
    case 3:  // a portal in parts
      return {parse("", "ROWS 7 " + tag_) + bind() + describe('P') + execute("", 2) + execute("", 3) + execute() +
              close('P', "") + sync()};
    case 4:
      return {parse("", select) + describe('S') + flush() + bind() + execute() + sync()};
    case 5:
      return {statement("SLEEP " + tag_) + statement(select) + sync()};
    case 6:
      return {parse("x", select) + bind("y", "x") + execute("y") + close('S', "x") + sync()};
    case 7:  // a simple query ends an open batch; after an error that nobody planned it would be dropped
      if (!is_calm_) return {statement(select) + sync()};
      return {parse("", select) + bind() + execute() + query(select)};
    case 8: {
      Unit unit{statement(select) + sync() + sync() + statement(select) + sync()};
      unit.ready_count = 3;
      return unit;
    }
    default:
      return {statement(select) + sync()};
  }
}

std::string RequestMix::copy_rows(bool is_bad) {
  std::string rows;
  for (auto count = dice_.below(4); count > 0; --count) rows += copy_data(tag_);
  if (is_bad) rows += copy_data("bad " + tag_);
  for (auto count = dice_.below(3); count > 0; --count) rows += copy_data(std::string(dice_.portion(40'000), 'x'));
  return rows;
}

Unit RequestMix::copy() {
  const auto end = dice_.chance(80) ? copy_done() : copy_fail();
  const auto begin = statement(tagged("COPY IN"));
  switch (dice_.below(8)) {
    case 0:
      return {query("COPY OUT " + std::to_string(dice_.below(40)) + " " + tag_)};
    case 1:
      return {query(tagged("COPY IN")) + copy_rows(true) + end};
    case 2:
      return {begin + copy_rows(false) + end + statement("SELECT " + tag_) + sync()};
    case 3:
      return {begin + copy_rows(true) + end + sync()};
    case 4: {  // a Sync in the data, which a server in copy-in ignores
      Unit unit{begin + copy_rows(dice_.chance(50)) + sync() + copy_rows(false) + end + sync()};
      unit.is_countable = false;
      return unit;
    }
    default:
      return {query(tagged("COPY IN")) + copy_rows(false) + end};
  }
}

Unit RequestMix::transaction() {
  is_in_transaction_ = !is_in_transaction_;
  std::string text = "BEGIN";
  if (!is_in_transaction_) text = dice_.chance(70) ? "COMMIT" : "ROLLBACK";
  if (dice_.chance(30)) return {statement(tagged(text)) + sync()};
  return {query(dice_.chance(30) ? tagged(text) : text)};
}

// Statements that outlive their lease: prepared in one unit, used and closed in others, on whichever server.
Unit RequestMix::named() {
  const auto name = prefix(client_) + std::to_string(dice_.below(3));
  const auto text = dice_.chance(70) ? "SELECT " + tag_ : std::string("SELECT shared by all");
  Unit unit{sync()};
  unit.leaves_state = true;
  switch (dice_.below(8)) {
    case 0:
      unit.bytes = parse(name, text) + describe('S', name) + sync();
      break;
    case 1:
      unit.bytes = close('S', name) + parse(name, text) + tests::bind("", name) + execute() + sync();
      break;
    case 2:
      unit.bytes = close('S', name) + sync();
      break;
    case 3:  // servers are asked what statements have become
      return {query(tagged("ALTER TABLE t"))};
    case 4:
      unit.bytes = tests::bind("", name) + describe('P') + execute() + sync();
      break;
    case 5:
      unit.bytes = statement("ERROR " + tag_) + describe('S', name) + tests::bind("", name) + execute() + sync();
      break;
    case 6:
      unit.bytes = tests::bind("", name) + describe('P') + execute() + tests::bind("", name) + execute() + sync();
      break;
    default:
      unit.bytes = describe('S', name) + flush() + tests::bind("", name) + execute() + sync();
  }
  return unit;
}

// A DISCARD ALL in a pipeline with uses of a name behind it is more than is promised.
Unit RequestMix::settings() {
  if (uses_names_) return {query("NOTICE " + tag_)};
  const auto set = tagged("SET application_name = '" + tag_ + "'");
  switch (dice_.below(8)) {
    case 0:
      return {query(tagged("DISCARD ALL"))};
    case 1:
      return {query(tagged("SET role = " + tag_))};
    case 2:
    case 3:
      return {query(set)};
    case 4:
      return {statement(set) + sync()};
    case 5:
      return {statement(set) + statement("ERROR " + tag_) + sync()};
    case 6:
      return {statement(set) + statement("SELECT " + tag_) + statement("LATE ERROR " + tag_) + sync()};
    default:
      return {query("SHOW application_name")};
  }
}

Unit RequestMix::rare(bool may_change_settings) {
  switch (dice_.below(8)) {
    case 0:
      return {function_call(7)};
    case 1:
      return {function_call(0)};
    case 2:
      return {query("NOTICE " + tag_)};
    case 3:
      return {query("")};
    case 4:
    case 5: {
      auto unit = may_change_settings ? settings() : Unit{query("NOTICE " + tag_)};
      unit.leaves_state = may_change_settings;
      return unit;
    }
    case 6: {
      Unit unit{query(tagged("LISTEN news"))};
      unit.leaves_state = true;
      return unit;
    }
    default:
      if (!may_kill_servers_) return {sync()};
      return {query((dice_.chance(50) ? "FATAL " : "CLOSE ") + tag_)};
  }
}

}  // namespace howdah::tests
