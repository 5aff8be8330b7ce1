#include "daemon/client/disconnect_reason.h"

#include <algorithm>
#include <array>
#include <utility>

#include "protocol/sqlstate.h"

namespace howdah::client {

namespace {

using Names = std::pair<std::string_view, std::string_view>;

constexpr std::array kBySqlstate{
    Names{protocol::sqlstate::kIdleSessionTimeout, "idle timeout"},
    Names{protocol::sqlstate::kIdleInTransactionTimeout, "idle in transaction timeout"},
    Names{protocol::sqlstate::kTransactionTimeout, "transaction timeout"},
    Names{protocol::sqlstate::kQueryCanceled, "query timeout"},
    Names{protocol::sqlstate::kAdminShutdown, "administrator"},
    Names{protocol::sqlstate::kProtocolViolation, "protocol violation"},
    Names{protocol::sqlstate::kConnectionFailure, "server lost"},
};

constexpr std::array kByWords{
    Names{"closed by the client", "closed by the client"}, Names{"connection lost", "connection lost"},
    Names{"server connection lost", "server lost"},        Names{"invalid message length", "protocol violation"},
    Names{"invalid message type", "protocol violation"},
};

template <typename List>
std::string_view find(const List& list, std::string_view key, std::string_view otherwise) {
  const auto found = std::ranges::find(list, key, &Names::first);
  return found == list.end() ? otherwise : found->second;
}

}  // namespace

std::string_view disconnect_reason(std::string_view why, std::string_view sqlstate) {
  const auto by_words = find(kByWords, why, "other");
  if (by_words != "other" || sqlstate.empty()) return by_words;
  return find(kBySqlstate, sqlstate, "refused");
}

}  // namespace howdah::client
