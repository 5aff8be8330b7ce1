#include "protocol/reported_parameters.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace howdah::protocol {

namespace {

std::string lower(std::string_view name) {
  std::string lowered(name);
  std::ranges::transform(lowered, lowered.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return lowered;
}

}  // namespace

ReportedParameters::ReportedParameters(Values values) : values_(std::move(values)) {
  for (const auto& [name, value] : values_) names_.emplace(lower(name), name);
}

void ReportedParameters::note(std::string_view name, std::string_view value) {
  std::string key(name);
  const auto [place, is_new] = values_.try_emplace(key, value);
  if (is_new) names_.emplace(lower(name), key);
  if (!is_new && place->second == value) return;
  place->second = value;
  changed_.insert(std::move(key));
}

std::string_view ReportedParameters::value_of(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? std::string_view() : std::string_view(values_.at(found->second));
}

std::vector<std::pair<std::string, std::string>> ReportedParameters::let_go() {
  std::vector<std::pair<std::string, std::string>> changes;
  if (const auto held = std::exchange(held_, std::nullopt)) {
    std::ranges::copy_if(values_, std::back_inserter(changes), [&held](const auto& entry) {
      const auto before = held->find(entry.first);
      return before == held->end() || before->second != entry.second;
    });
  }
  return changes;
}

bool ReportedParameters::has_kept(std::string_view name) const {
  const auto found = names_.find(name);
  return found != names_.end() && !changed_.contains(found->second);
}

}  // namespace howdah::protocol
