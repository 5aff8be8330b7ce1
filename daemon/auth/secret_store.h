// The secrets of the configured users: an immutable snapshot, made anew at a reload. Any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "protocol/password.h"

namespace howdah::auth {

enum class UnknownUser { MeetsScram, MeetsMd5 };

class SecretStore {
 public:
  // A password that is no secret (see protocol::parse_secret) leaves its user without one.
  explicit SecretStore(const config::Settings& settings);

  // Nothing for an unknown user, and for one without a password: neither can log in with one.
  [[nodiscard]] std::optional<protocol::Secret> find(std::string_view user) const;

  // Calls `visit(user, secret)` for each user with a secret, in the order of their names.
  template <typename Visitor>
  void for_each(Visitor&& visit) const {
    for (const auto& [user, secret] : secrets_) visit(user, secret);
  }

  // What an unknown user meets under the method `md5`: what most of the known ones meet.
  [[nodiscard]] UnknownUser unknown_user() const { return unknown_user_; }

 private:
  std::map<std::string, protocol::Secret, std::less<>> secrets_;
  UnknownUser unknown_user_ = UnknownUser::MeetsScram;
};

}  // namespace howdah::auth
