// Functions of PostgreSQL that give a session values of sequences, called by their numbers.
#pragma once

#include "protocol/bytes.h"

namespace howdah::protocol {

// `body`: of a FunctionCall, or its front.
[[nodiscard]] inline bool reads_sequence_value(Bytes body) {
  constexpr std::int32_t kCurrval = 1575;
  constexpr std::int32_t kLastval = 2559;
  if (body.size() < sizeof(std::int32_t)) return false;  // the server refuses it
  const auto number = read_int32(body);
  return number == kCurrval || number == kLastval;
}

}  // namespace howdah::protocol
