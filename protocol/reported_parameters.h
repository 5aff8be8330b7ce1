// The run-time parameters whose values a server reports by itself, and which of them have changed since it was asked.
// One thread. (PostgreSQL documentation: "Asynchronous Operations" in "Message Flow")
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

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

 private:
  Values values_;
  std::map<std::string, std::string, std::less<>> names_;  // by the same in lower case
  std::set<std::string, std::less<>> changed_;             // as the server writes them
};

}  // namespace howdah::protocol
