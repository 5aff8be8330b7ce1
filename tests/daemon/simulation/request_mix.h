// What a simulated client asks: random units, each of which holds its client's tag wherever it can.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/daemon/simulation/dice.h"

namespace howdah::tests {

// Messages that are sent together.
struct Unit {
  std::string bytes;
  int ready_count = 1;        // ReadyForQuery that it owes
  bool is_countable = true;   // no: the server may answer with one ReadyForQuery more or less
  bool leaves_state = false;  // what comes after depends on it
};

class RequestMix {
 public:
  // `is_calm`: no error comes that the requests do not ask for.
  RequestMix(int client, Dice& dice, bool may_kill_servers, bool is_calm)
      : client_(client), dice_(dice), may_kill_servers_(may_kill_servers), is_calm_(is_calm) {}

  [[nodiscard]] Unit next(bool may_change_settings);

  // "c7.": all tags of this client begin so.
  [[nodiscard]] static std::string prefix(int client) { return "c" + std::to_string(client) + "."; }

 private:
  [[nodiscard]] std::string tagged(std::string_view statement) const;
  [[nodiscard]] Unit simple();
  [[nodiscard]] Unit extended();
  [[nodiscard]] Unit copy();
  [[nodiscard]] Unit transaction();
  [[nodiscard]] Unit named();
  [[nodiscard]] Unit settings();
  [[nodiscard]] Unit rare(bool may_change_settings);
  [[nodiscard]] std::string copy_rows(bool is_bad);

  const int client_;
  Dice& dice_;
  const bool may_kill_servers_;
  const bool is_calm_;
  const bool uses_names_ = dice_.chance(50);
  int serial_ = 0;
  std::string tag_;
  bool is_in_transaction_ = false;
};

// The client of the first tag in a text.
[[nodiscard]] std::optional<int> client_of(std::string_view text);

}  // namespace howdah::tests
