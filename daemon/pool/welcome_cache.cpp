#include "daemon/pool/welcome_cache.h"

#include "protocol/messages.h"

namespace howdah::pool {

std::shared_ptr<const Welcome> WelcomeCache::find(const protocol::SessionSettings& settings) const {
  const auto key = protocol::settings_key(settings);
  const std::lock_guard lock(mutex_);
  const auto found = welcomes_.find(key);
  return found == welcomes_.end() ? nullptr : found->second;
}

std::shared_ptr<const Welcome> WelcomeCache::remember(protocol::SessionSettings settings,
                                                      const std::map<std::string, std::string>& parameters) {
  auto key = protocol::settings_key(settings);
  auto welcome = std::make_shared<Welcome>(Welcome{.settings = std::move(settings), .parameters = {}});
  for (const auto& [name, value] : parameters) {
    protocol::append_parameter_status(welcome->parameters, name, value);
  }
  const std::lock_guard lock(mutex_);
  if (welcomes_.size() >= kMostEntries && !welcomes_.contains(key)) welcomes_.clear();
  welcomes_.insert_or_assign(std::move(key), welcome);
  return welcome;
}

}  // namespace howdah::pool
