#include "daemon/stats/http_server.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "config/listen_address.h"
#include "daemon/io/address_lookup.h"
#include "daemon/io/listening_socket.h"
#include "daemon/io/peer_address.h"
#include "daemon/stats/http_connections.h"
#include "daemon/stats/page.h"

namespace howdah::stats {

namespace {

constexpr int kMostHeaderBytes = 8 * 1024;
constexpr int kMostBodyBytes = 1024;  // nothing here takes one
constexpr int kBacklog = 64;
constexpr int kUnauthorized = 401;
constexpr timeval kSilence{.tv_sec = 5, .tv_usec = 0};
constexpr timeval kSweepInterval{.tv_sec = 1, .tv_usec = 0};
constexpr auto kEveryMethod = EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE |
                              EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE | EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH;

template <auto free_function>
struct Freer {
  template <typename Type>
  void operator()(Type* pointer) const {
    free_function(pointer);
  }
};
using HttpPointer = std::unique_ptr<evhttp, Freer<evhttp_free>>;
using TimerPointer = std::unique_ptr<event, Freer<event_free>>;
using BufferPointer = std::unique_ptr<evbuffer, Freer<evbuffer_free>>;

// A page is a document of its own origin: no scripts, styles, pictures or frames but ours, and no other page may read
// it.
constexpr auto kSafety = std::to_array<std::pair<const char*, const char*>>(
    {{"Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
      "form-action 'none'; frame-ancestors 'none'"},
     {"X-Content-Type-Options", "nosniff"},
     {"Referrer-Policy", "no-referrer"},
     {"Cross-Origin-Resource-Policy", "same-origin"},
     {"Cache-Control", "no-store"}});

// What stands behind `key=` in the query, decoded.
std::optional<std::string> parameter(const char* query, const char* key) {
  if (query == nullptr) return std::nullopt;
  evkeyvalq pairs{};
  if (evhttp_parse_query_str(query, &pairs) != 0) return std::nullopt;
  const auto* value = evhttp_find_header(&pairs, key);
  auto found = value == nullptr ? std::nullopt : std::optional<std::string>(value);
  evhttp_clear_headers(&pairs);
  return found;
}

Request read(evhttp_request* request) {
  const auto* uri = evhttp_request_get_evhttp_uri(request);
  const auto* headers = evhttp_request_get_input_headers(request);
  const auto header = [headers](const char* name) { return evhttp_find_header(headers, name); };
  const auto* path = evhttp_uri_get_path(uri);
  const auto* host = header("Host");
  const auto* authorization = header("Authorization");
  return {.path = path == nullptr ? "" : path,
          .database = parameter(evhttp_uri_get_query(uri), "database"),
          .host = host == nullptr ? std::nullopt : std::optional<std::string>(host),
          .authorization = authorization == nullptr ? "" : authorization};
}

Page answer_to(evhttp_request* request, PageDesk& desk) {
  const auto method = evhttp_request_get_command(request);
  if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) return method_not_allowed();
  return desk.page(read(request));
}

void send(evhttp_request* request, const Page& page) {
  auto* headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Content-Type", page.content_type);
  evhttp_add_header(headers, "Content-Length", std::to_string(page.body.size()).c_str());
  evhttp_add_header(headers, "Connection", "close");  // one request per connection: its time is bounded
  for (const auto& [name, value] : kSafety) evhttp_add_header(headers, name, value);
  if (page.status == HTTP_BADMETHOD) evhttp_add_header(headers, "Allow", "GET, HEAD");
  if (page.status == kUnauthorized) evhttp_add_header(headers, "WWW-Authenticate", "Bearer");
  const BufferPointer body(evbuffer_new());
  const bool is_head = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;  // evhttp would send its body
  if (!is_head) evbuffer_add(body.get(), page.body.data(), page.body.size());
  evhttp_send_reply(request, page.status, nullptr, body.get());
}

bool is_loopback(const io::SocketAddress& place) {
  sockaddr_storage address{};
  std::memcpy(&address, &place.get(), place.size());
  return io::PeerAddress::read(-1, address).is_loopback();
}

void on_accept_failed(evconnlistener* listener, void*) noexcept {
  evconnlistener_disable(listener);  // no descriptor is free: the next sweep tries again
}

}  // namespace

class HttpServer::Service {
 public:
  Service(event_base* loop, PageDesk& desk);

  [[nodiscard]] std::expected<void, std::string> listen(const config::ListenAddress& address,
                                                        std::span<const int> replaced);
  [[nodiscard]] bool is_on_loopback() const { return is_on_loopback_; }
  [[nodiscard]] const std::vector<int>& descriptors() const { return descriptors_; }

 private:
  [[nodiscard]] std::expected<void, std::string> listen(const io::SocketAddress& address,
                                                        std::span<const int> replaced);
  [[nodiscard]] evconnlistener* bind(const io::SocketAddress& address, unsigned options);
  static void on_request(evhttp_request* request, void* service) noexcept {
    send(request, answer_to(request, static_cast<Service*>(service)->desk_));
  }
  static bufferevent* on_connection(event_base*, void* service) noexcept {
    return static_cast<Service*>(service)->connections_.open();
  }
  static void on_sweep(evutil_socket_t, short, void* service) noexcept {
    static_cast<Service*>(service)->connections_.sweep();
  }

  event_base* loop_;
  PageDesk& desk_;
  HttpConnections connections_;
  HttpPointer http_;
  TimerPointer sweep_;
  bool is_on_loopback_ = true;  // as far as it listens
  std::vector<int> descriptors_;
};

HttpServer::Service::Service(event_base* loop, PageDesk& desk)
    : loop_(loop),
      desk_(desk),
      connections_(loop),
      http_(evhttp_new(loop)),
      sweep_(event_new(loop, -1, EV_PERSIST, &Service::on_sweep, this)) {
  evhttp_set_max_headers_size(http_.get(), kMostHeaderBytes);
  evhttp_set_max_body_size(http_.get(), kMostBodyBytes);
  evhttp_set_allowed_methods(http_.get(), kEveryMethod);
  evhttp_set_timeout_tv(http_.get(), &kSilence);
  evhttp_set_gencb(http_.get(), &Service::on_request, this);
  evhttp_set_bevcb(http_.get(), &Service::on_connection, this);
  event_add(sweep_.get(), &kSweepInterval);
}

std::expected<void, std::string> HttpServer::Service::listen(const config::ListenAddress& address,
                                                             std::span<const int> replaced) {
  const auto places = io::look_up(address.host, address.port, io::LookUp::ToListen);
  if (!places) return std::unexpected(places.error());
  std::expected<void, std::string> outcome = std::unexpected("no address");
  bool is_listening = false;
  for (const auto& place : *places) {
    outcome = listen(place, replaced);
    if (outcome) is_listening = true;
    if (outcome && !is_loopback(place)) is_on_loopback_ = false;
    if (!outcome && errno != EAFNOSUPPORT) return outcome;  // a kernel without IPv6 listens on IPv4
  }
  return is_listening ? std::expected<void, std::string>() : outcome;
}

evconnlistener* HttpServer::Service::bind(const io::SocketAddress& address, unsigned options) {
  if (address.family() == AF_INET6) options |= LEV_OPT_BIND_IPV6ONLY;
  return evconnlistener_new_bind(loop_, nullptr, nullptr, options, kBacklog, &address.get(),
                                 static_cast<int>(address.size()));
}

std::expected<void, std::string> HttpServer::Service::listen(const io::SocketAddress& address,
                                                             std::span<const int> replaced) {
  constexpr unsigned kOptions = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
  auto* listener = bind(address, kOptions);
  if (listener == nullptr && errno == EADDRINUSE && !replaced.empty()) {
    for (const int fd : replaced) io::set_sharing(fd, io::PortSharing::Yes);
    listener = bind(address, kOptions | LEV_OPT_REUSEABLE_PORT);
    const int error = errno;
    for (const int fd : replaced) io::set_sharing(fd, io::PortSharing::No);
    errno = error;
  }
  if (listener == nullptr) return std::unexpected(std::strerror(errno));
  descriptors_.push_back(evconnlistener_get_fd(listener));
  io::set_sharing(descriptors_.back(), io::PortSharing::No);
  evconnlistener_set_error_cb(listener, &on_accept_failed);
  connections_.watch(listener);
  if (evhttp_bind_listener(http_.get(), listener) == nullptr) return std::unexpected("out of memory");
  return {};
}

HttpServer::HttpServer(std::unique_ptr<Service> service) : service_(std::move(service)) {}
HttpServer::~HttpServer() = default;
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&&) noexcept = default;

bool HttpServer::is_on_loopback() const {
  return service_->is_on_loopback();
}

const std::vector<int>& HttpServer::descriptors() const {
  return service_->descriptors();
}

std::expected<HttpServer, std::string> HttpServer::start(event_base* loop, const std::string& address, PageDesk& desk,
                                                         std::span<const int> replaced) {
  const auto failure = [&](const std::string& why) { return std::unexpected("admin.listen " + address + ": " + why); };
  const auto parsed = config::parse_listen_address(address);
  if (!parsed) return failure(parsed.error());
  if (parsed->is_local()) return failure("expected host:port");
  auto service = std::make_unique<Service>(loop, desk);
  if (const auto outcome = service->listen(*parsed, replaced); !outcome) return failure(outcome.error());
  return HttpServer(std::move(service));
}

}  // namespace howdah::stats
