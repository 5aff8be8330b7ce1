#include "daemon/stats/http_access.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/stats/page.h"
#include "protocol/crypto.h"

namespace howdah::stats {

namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;

constexpr auto kWithFigures = std::to_array<std::string_view>({"/metrics", kDocumentPath});

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

std::string in_lower_case(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), &lower);
  return result;
}

// "[::1]:9930" -> "[::1]"
std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  if (colon == std::string_view::npos || host.ends_with(']')) return host;
  return host.substr(0, colon);
}

bool names_this_machine(std::string_view host) {
  const auto name = in_lower_case(without_port(host));
  if (name == "localhost" || name == "[::1]") return true;
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace

std::optional<Page> HttpAccess::refusal(const Request& request) const {
  if (is_on_loopback_ && request.host && !names_this_machine(*request.host)) {
    return Page{.status = kForbidden, .body = "this port is for localhost: the Host header names another\n"};
  }
  if (std::ranges::find(kWithFigures, std::string_view(request.path)) != kWithFigures.end() && !has_token(request)) {
    return Page{.status = kUnauthorized, .body = "a bearer token is needed (admin.token)\n"};
  }
  return std::nullopt;
}

bool HttpAccess::has_token(const Request& request) const {
  if (token_.empty()) return true;
  constexpr std::string_view kScheme = "bearer ";
  if (in_lower_case(request.authorization.substr(0, kScheme.size())) != kScheme) return false;
  const auto given = std::string_view(request.authorization).substr(kScheme.size());
  return protocol::is_equal_in_constant_time(given, token_);
}

}  // namespace howdah::stats
