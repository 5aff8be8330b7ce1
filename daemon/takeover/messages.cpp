#include "daemon/takeover/messages.h"

#include <fmt/format.h>

namespace howdah::takeover {

Message hello() {
  Message message{.kind = MessageKind::Hello};
  message.record.add(Tag::OldestVersion, kVersion)
      .add(Tag::NewestVersion, kVersion)
      .add(Tag::Program, std::string_view(HOWDAH_VERSION));
  return message;
}

std::optional<std::string> why_not_understood(const Message& hello, const std::string& whose) {
  const auto oldest = hello.record.number(Tag::OldestVersion);
  const auto newest = hello.record.number(Tag::NewestVersion);
  if (hello.kind != MessageKind::Hello || !oldest || !newest) return whose + " says something else than hello";
  if (*oldest <= kVersion && kVersion <= *newest) return std::nullopt;
  return fmt::format("{} (version {}) speaks the versions {} to {} of takeover, this one {}: stop it, and start anew",
                     whose, hello.record.text(Tag::Program).value_or("unknown"), *oldest, *newest, kVersion);
}

}  // namespace howdah::takeover
