// The attributes of a SCRAM message: "n=user,r=nonce,...". (RFC 5802, section 5.1)
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace howdah::protocol {

struct ScramAttribute {
  char name;
  std::string_view value;
};

// Takes attributes from the front of a text, which must outlive it. Errors are sentences for the DETAIL of an
// error.
class ScramAttributes {
 public:
  explicit ScramAttributes(std::string_view text) : rest_(text) {}

  // The value of the next attribute, which must be `name`.
  [[nodiscard]] std::expected<std::string_view, std::string> take(char name);
  // The next attribute, which must have a letter for a name.
  [[nodiscard]] std::expected<ScramAttribute, std::string> take_any();

  [[nodiscard]] bool is_empty() const { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  [[nodiscard]] std::expected<std::string_view, std::string> take_value(char name);

  std::string_view rest_;
};

}  // namespace howdah::protocol
