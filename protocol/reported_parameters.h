// The run-time parameters whose values a server reports by itself, and which of them have changed since it was asked.
// One thread. (PostgreSQL documentation: "Asynchronous Operations" in "Message Flow")
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace howdah::protocol {

class ReportedParameters {
 public:
  // Names as the server writes them.
  using Values = std::map<std::string, std::string>;

  ReportedParameters() = default;
  explicit ReportedParameters(Values values);

  // A ParameterStatus has come.
  void note(std::string_view name, std::string_view value);

  [[nodiscard]] const Values& values() const { return values_; }
  // The names of these two are in lower case. Empty where it is not reported.
  [[nodiscard]] std::string_view value_of(std::string_view name) const;
  // It is reported, and has the value that it had at the last forget_changes.
  [[nodiscard]] bool has_kept(std::string_view name) const;
  void forget_changes() {
    if (!changed_.empty()) changed_.clear();
  }

  // What changes from now on is told later, and only where it has another value then.
  void hold_back() {
    if (!held_) held_ = values_;
  }
  [[nodiscard]] bool is_holding_back() const { return held_.has_value(); }
  // What has another value now than when it was held back. Nothing is held back any more.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> let_go();

 private:
  Values values_;
  std::map<std::string, std::string, std::less<>> names_;  // by the same in lower case
  std::set<std::string, std::less<>> changed_;             // as the server writes them
  std::optional<Values> held_;
};

}  // namespace howdah::protocol
