// Any bytes as a pg_hba.conf, which includes itself as "self": rules, or problems, each on one line; the rules can be
// matched and shown.
#include <cstdint>

#include "config/access_rules.h"
#include "config/configuration.h"
#include "config/hba_file.h"
#include "promise.h"
#include "tests/config/fake_outside.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace howdah;
  using namespace howdah::config;
  using fuzz::promise;
  const std::string text(fuzz::view_of(data, size));
  const FakeOutside world{.files = {{"/hba", text}, {"/self", text}, {"/names", "a \"b c\"\n@names"}}};
  const auto file = read_hba_file("/hba", world.outside());
  if (!file) return 0;
  for (const auto& problem : file->problems)
    promise(problem.message().find('\n') == std::string::npos, "a problem is one line");
  Settings settings;
  for (const auto& [rule, name, line] : file->rules) {
    promise(line > 0, "a rule has a line");
    promise(rule.origin.kind != Origin::Kind::Any, "no rule is for TCP and Unix sockets");
    if (rule.origin.kind == Origin::Kind::Address) {
      promise(rule.origin.address.size() == 4 || rule.origin.address.size() == 16, "an address has 4 or 16 bytes");
      promise(
          rule.origin.prefix_bits >= 0 && rule.origin.prefix_bits <= static_cast<int>(rule.origin.address.size()) * 8,
          "a prefix is inside of its address");
    }
    promise(rule.method != AuthMethod::Peer || rule.origin.kind == Origin::Kind::Local, "peer is for Unix sockets");
    promise(rule.method != AuthMethod::Cert || rule.tls == RuleTls::Required, "cert is for TLS");
    settings.auth.push_back(rule);
  }
  const std::string_view v4("\x7f\0\0\1", 4);
  (void)match_access_rule(settings.auth, {.is_local = true, .database = text, .user = "u"});
  (void)match_access_rule(settings.auth, {.address = v4, .database = "d", .user = text});
  for (const auto& option : show_options(settings)) promise(!option.key.empty(), "an option has a name");
  return 0;
}
