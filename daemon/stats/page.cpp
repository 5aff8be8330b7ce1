#include "daemon/stats/page.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/stats/dashboard_files.h"
#include "daemon/stats/metrics.h"
#include "daemon/stats/readiness.h"
#include "daemon/stats/stats_document.h"

namespace howdah::stats {

namespace {

constexpr int kNotFound = 404;
constexpr int kMethodNotAllowed = 405;
constexpr int kUnavailable = 503;

bool is_known(const SnapshotSource& source, const std::string& database) {
  const auto settings = source.settings();
  if (!settings) return true;
  return settings->databases.contains(database) || settings->databases.contains("*");
}

Page health_page(const Request&, const PageMatter&) {
  return {.body = "ok\n"};
}

Page readiness_page(const Request& request, const PageMatter& matter) {
  const auto& source = matter.figures();
  if (request.database && !is_known(source, *request.database)) {
    return {.status = kNotFound, .body = "no such database\n"};
  }
  const auto reasons = reasons_against(source.snapshot(), request.database.value_or(""));
  if (reasons.empty()) return {.body = "ready\n"};
  Page page{.status = kUnavailable, .body = {}};
  for (const auto& reason : reasons) page.body += reason + "\n";
  return page;
}

Page metrics_page(const Request&, const PageMatter& matter) {
  const auto snapshot = matter.figures().snapshot();
  if (snapshot.is_stuck) return {.status = kUnavailable, .body = "a worker does not answer\n"};
  return {.content_type = "text/plain; version=0.0.4; charset=utf-8", .body = metrics_text(snapshot)};
}

Page document_page(const Request&, const PageMatter& matter) {
  return {.content_type = "application/json",
          .body = stats_document(matter.figures(), matter.history, matter.shows_addresses)};
}

// It asks for the token before it asks for figures, so that the browser notes no error.
Page dashboard_page(const Request&, const PageMatter& matter) {
  constexpr std::string_view kWithout = "data-token=\"none\"";
  Page page{.content_type = "text/html; charset=utf-8", .body = std::string(dashboard::kHtml)};
  const auto place = page.body.find(kWithout);
  if (matter.needs_token && place != std::string::npos) {
    page.body.replace(place, kWithout.size(), "data-token=\"needed\"");
  }
  return page;
}

Page style_page(const Request&, const PageMatter&) {
  return {.content_type = "text/css; charset=utf-8", .body = std::string(dashboard::kCss)};
}

Page script_page(const Request&, const PageMatter&) {
  return {.content_type = "text/javascript; charset=utf-8", .body = std::string(dashboard::kScript)};
}

Page icon_page(const Request&, const PageMatter&) {
  return {.content_type = "image/svg+xml", .body = std::string(dashboard::kIcon)};
}

struct Route {
  std::string_view path;
  Page (*make)(const Request& request, const PageMatter& matter);
};
constexpr auto kRoutes = std::to_array<Route>({{"/", dashboard_page},
                                               {"/dashboard.css", style_page},
                                               {"/dashboard.js", script_page},
                                               {"/dashboard.svg", icon_page},
                                               {"/healthz", health_page},
                                               {"/metrics", metrics_page},
                                               {"/readyz", readiness_page},
                                               {kDocumentPath, document_page}});

}  // namespace

Page make_page(const Request& request, const PageMatter& matter) {
  const auto route = std::ranges::find(kRoutes, request.path, &Route::path);
  if (route == kRoutes.end()) return {.status = kNotFound, .body = "not found\n"};
  return route->make(request, matter);
}

Page method_not_allowed() {
  return {.status = kMethodNotAllowed, .body = "method not allowed\n"};
}

}  // namespace howdah::stats
