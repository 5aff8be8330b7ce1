#include "daemon/pool/welcome_cache.h"

#include "protocol/messages.h"

namespace howdah::pool {

const Welcome* WelcomeCache::find(const protocol::SessionSettings& settings) const {
  const auto found = welcomes_.find(protocol::settings_key(settings));
  return found == welcomes_.end() ? nullptr : &found->second;
}

const Welcome& WelcomeCache::remember(protocol::SessionSettings settings,
                                      const std::map<std::string, std::string>& parameters) {
  auto key = protocol::settings_key(settings);
  if (welcomes_.size() >= kMostEntries && !welcomes_.contains(key)) welcomes_.clear();
  Welcome welcome{.settings = std::move(settings), .parameters = {}};
  for (const auto& [name, value] : parameters) {
    protocol::append_parameter_status(welcome.parameters, name, value);
  }
  return welcomes_.insert_or_assign(std::move(key), std::move(welcome)).first->second;
}

}  // namespace howdah::pool
