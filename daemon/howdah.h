// Howdah inside of another program: a pooler for PostgreSQL connections, started, watched and stopped as an object.
// This is the library's one header; it includes the standard library only and is C++20. (find_package(Howdah), target
// Howdah::howdah; or pkg-config howdah. packaging/example is a program that uses it.)
//
//     auto configuration = howdah::Configuration::from_file("/etc/shop/howdah.yaml");
//     if (!configuration) return complain(configuration.message());
//     howdah::Pooler pooler(*configuration, [](howdah::LogLevel, std::string_view line) { ... });
//     if (const auto started = pooler.start(); !started) return complain(started.message());
//     connect_to("host=127.0.0.1 port=" + std::to_string(pooler.port()));
//
// There may be several poolers in one process, one behind the other or at the same time: they share nothing. Errors are
// values, nothing is thrown. Everything said is said to the log sink.
//
// What the library touches of the process beside its own sockets, files and threads:
// - Signals: none is handled or ignored, nor sent but to children of its own. Its threads block all of them but those
// of a fault (SIGSEGV and the
//   like), so that they go to the program's own threads; SIGPIPE is never raised, whatever it is set to. Children that
//   it starts (`password_command`, what PAM modules start) are waited for by their own ids: with SIGCHLD ignored their
//   results are lost, and log-ins by them fail.
// - Environment: read by libpq (PGSSLROOTCERT, PGSERVICEFILE and the others), by libldap, and where the configuration
//   says {env: NAME}; never written. So the program must not call setenv while it runs a pooler.
// - OpenSSL, libpq and libldap set themselves up at their first use, as for any program; libldap reads the system's
//   ldap.conf. No callback of libevent is set, and no option of OpenSSL that holds for the process. With the auth
//   method pam a handler for fork is registered, which does nothing in other threads than those that ask PAM; the
//   modules of PAM do what they like. A program stops its poolers before it returns from main or calls exit(), since
//   OpenSSL goes then.
// - Untouched: locale, umask, working directory, user, standard input and output, core dumps (the option core_dumps is
//   for the program howdah alone) and limits: a pooler of n clients and m servers wants n + m + 64 open files and 5 for
//   each worker, and RLIMIT_NOFILE is the program's to raise. Relative paths are looked up when they are used.
// - Threads: about forty for each pooler, most of them asleep, and one for each worker. After fork() without exec a
//   child must not touch its copy of a pooler.
//
// ABI: the soname holds the first two parts of the version. Within it nothing here changes; before 1.0 each second part
// is a new ABI. Programs and library must use the same C++ standard library.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace howdah {

// One mistake: of a configuration with its place, or a reason why something could not be done. Never holds a secret.
struct Problem {
  std::string file = {};
  int line = 0;  // 0: it is in no line of a file
  std::string text = {};

  // "file:line: text", as far as there is a file and a line.
  [[nodiscard]] std::string message() const;
};

// What was asked for, or why not: at least one problem.
template <typename Value>
class [[nodiscard]] Result {
 public:
  Result(Value value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(std::vector<Problem> problems) : content_(std::in_place_index<1>, std::move(problems)) {}

  [[nodiscard]] bool has_value() const { return content_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  // Only with a value.
  [[nodiscard]] Value& operator*() { return *std::get_if<0>(&content_); }
  [[nodiscard]] const Value& operator*() const { return *std::get_if<0>(&content_); }
  [[nodiscard]] Value* operator->() { return std::get_if<0>(&content_); }
  [[nodiscard]] const Value* operator->() const { return std::get_if<0>(&content_); }
  // Empty with a value.
  [[nodiscard]] std::vector<Problem> problems() const {
    const auto* problems = std::get_if<1>(&content_);
    return problems == nullptr ? std::vector<Problem>() : *problems;
  }
  // All of them, one on each line.
  [[nodiscard]] std::string message() const {
    std::string text;
    for (const auto& problem : problems()) text += (text.empty() ? "" : "\n") + problem.message();
    return text;
  }

 private:
  std::variant<Value, std::vector<Problem>> content_;
};

// It was done, and there is nothing to tell.
struct Done {};

// What a pooler does, checked: there is no wrong one. A value; copies share what they hold. The options are those of
// the YAML file (howdah.yaml(5), `howdah --describe-config`).
class Configuration {
 public:
  [[nodiscard]] static Result<Configuration> from_file(const std::string& path);
  // The text of such a file. It may hold secrets: memory is nobody else's.
  [[nodiscard]] static Result<Configuration> from_text(std::string yaml);

  // From where it came, once more: the file of from_file, and in all cases the files and variables that it names.
  [[nodiscard]] Result<Configuration> read_again() const;

 private:
  friend class ConfigurationBuilder;
  friend class Pooler;
  struct Content;
  explicit Configuration(std::shared_ptr<const Content> content) : content_(std::move(content)) {}

  std::shared_ptr<const Content> content_;
};

// A configuration that a program puts together. A path is written in steps, {"databases", "shop", "pool", "max_size"};
// what is set twice counts as it was set last.
class ConfigurationBuilder {
 public:
  using Path = std::vector<std::string>;

  ConfigurationBuilder();
  ~ConfigurationBuilder();
  ConfigurationBuilder(const ConfigurationBuilder&) = delete;
  ConfigurationBuilder& operator=(const ConfigurationBuilder&) = delete;

  // The value as it is, nothing in it needs quotes: a time "30s", a count "20", a connection string.
  ConfigurationBuilder& set(Path path, std::string value);
  ConfigurationBuilder& set_list(Path path, std::vector<std::string> values);
  // The value in YAML, for whole sections and lists of rules: "[{from: local, method: peer}]".
  ConfigurationBuilder& set_yaml(Path path, std::string yaml);

  [[nodiscard]] Result<Configuration> build() const;

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

enum class LogLevel { Debug, Info, Warning, Error };

// Receives one whole line, as the options log.level and log.format say, without its line end; it is valid during the
// call. Called from the pooler's threads, one at a time; it must not block for long, throw, nor call the pooler.
using LogSink = std::function<void(LogLevel level, std::string_view line)>;

// The servers of one database and one user, at one moment.
struct PoolState {
  std::string database;
  std::string user;
  int max_size = 0;
  int min_size = 0;
  int clients_active = 0;   // with a server
  int clients_waiting = 0;  // in the queue
  int clients_idle = 0;     // neither
  int servers_active = 0;   // in a request or a transaction
  int servers_pinned = 0;   // kept by a client between transactions, for what it has left there
  int servers_idle = 0;
  int servers_cleaning = 0;
  int servers_connecting = 0;
  bool is_paused = false;
  std::chrono::microseconds longest_wait{};  // of the client now first in the queue
  std::string last_error;                    // of the last failed log-in to the backend, empty after a good one
  // Since the start.
  std::uint64_t transactions = 0;
  std::uint64_t queries = 0;
  std::uint64_t errors_sent = 0;
  std::uint64_t acquire_timeouts = 0;
  std::uint64_t server_logins = 0;
  std::uint64_t server_login_failures = 0;
  std::uint64_t client_bytes_received = 0;
  std::uint64_t client_bytes_sent = 0;
  std::chrono::microseconds transaction_time{};
  std::chrono::microseconds query_time{};
  std::chrono::microseconds wait_time{};
};

struct PoolerState {
  bool is_ready = false;  // the first connections were made, or tried
  bool is_draining = false;
  int clients_logging_in = 0;
  std::uint64_t clients_accepted = 0;
  std::uint64_t logins_failed = 0;
  std::vector<PoolState> pools;  // by database and user
};

// What a reload has done.
struct Reloaded {
  std::vector<std::string> notes;  // "changed: log.level", "changes only with a restart: workers"
};

// A running pooler. Its methods are for any thread of the program, but for those with a note; none may be called from
// the log sink or from on_ready, unless it says so. Once stopped it stays so: make another one.
class Pooler {
 public:
  // Without a sink nothing is logged.
  explicit Pooler(const Configuration& configuration, LogSink log = {});
  // Stops, and waits for its threads. Not while another thread is in one of its methods.
  ~Pooler();
  Pooler(const Pooler&) = delete;
  Pooler& operator=(const Pooler&) = delete;

  // Called once, on a thread of the pooler's, when the first connections to the backends were made or tried. It may
  // call drain() and stop(). Before open() or start().
  void on_ready(std::function<void()> ready);

  // Opens the listeners and serves on threads of its own. After an error nothing is open, and the pooler is of no more
  // use.
  Result<Done> start();

  // The same in two steps, for a program that gives a thread: open() listens, and run() serves on the calling thread
  // (and `workers` less one others) until the end. What signals that thread takes is left as it is.
  Result<Done> open();
  void run();

  // Where it listens, "127.0.0.1:6432" or "unix:/run/shop/.s.PGSQL.6432", with the ports that port 0 has become. Empty
  // before open(); from then on only a reload changes them.
  [[nodiscard]] std::vector<std::string> addresses() const;
  // Of the first TCP address; 0 where there is none.
  [[nodiscard]] std::uint16_t port() const;
  // Serving, or draining.
  [[nodiscard]] bool is_running() const;
  // Nothing where it does not run, or where a worker has not answered within a second.
  [[nodiscard]] std::optional<PoolerState> state() const;

  // Takes another configuration, or the same from where it came once more. All of it or, with problems, nothing;
  // clients go on. It waits for the files that are read.
  Result<Reloaded> reload(const Configuration& configuration);
  Result<Reloaded> reload();

  // No new clients; idle ones are told 57P01, the others at the end of their transaction, all after shutdown_timeout;
  // then it ends. Returns at once.
  void drain();
  // Every client is told 57P01 now, and it ends. Returns at once.
  void stop();
  // Waits for the end. False: it still runs after that time.
  bool wait_for_end(std::chrono::milliseconds limit);
  void wait_for_end();

 private:
  struct Content;
  std::unique_ptr<Content> content_;
};

// "0.1.0", of the library that runs.
[[nodiscard]] std::string_view version();

}  // namespace howdah
