// A password in a file (password_file) that is read at each log-in, off the loop. Any thread.
#pragma once

#include <string>
#include <utility>

#include "daemon/os/log.h"
#include "daemon/os/outside_world.h"
#include "daemon/server/password_source.h"
#include "daemon/worker/offload.h"
#include "protocol/sqlstate.h"

namespace howdah::server {

class FilePassword final : public PasswordSource {
 public:
  FilePassword(std::string path, worker::Offload& threads, os::Log& log)
      : path_(std::move(path)), threads_(threads), log_(log) {}

  void ask(worker::Mailbox& mailbox, Done done) override {
    auto work = [this, &mailbox, done] { mailbox.post([done, answer = read()] { done(answer); }); };
    if (!threads_.submit(std::move(work))) mailbox.post([done] { done(unable()); });
  }
  // Who logs in next reads it anew.
  [[nodiscard]] bool refuse(const LoginSecret& /*secret*/) override { return false; }

 private:
  using Answer = std::expected<LoginSecret, protocol::ErrorFields>;

  [[nodiscard]] static Answer unable() {
    return std::unexpected(protocol::make_error(protocol::Severity::Fatal, protocol::sqlstate::kUnableToConnect,
                                                "the password for the backend could not be had"));
  }
  [[nodiscard]] Answer read() const {
    auto content = os::read_file(path_);
    if (!content) {
      log_.warning("password_file cannot be read", {{"file", path_}, {"error", content.error()}});
      return unable();
    }
    std::string_view text = *content;
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    LoginSecret secret{.password = protocol::SecretText(text)};
    protocol::cleanse(*content);
    return secret;
  }

  const std::string path_;
  worker::Offload& threads_;
  os::Log& log_;
};

}  // namespace howdah::server
