// A program with poolers inside, for the live tests: reads one order from each line of its standard input, and answers
// with one line on its standard output. Signals, SIGPIPE too, are left as they are by default.
//   start NAME thread|caller FILE    ports and addresses, or "problem: ..."
//   state NAME                       "none", or what it says
//   reload NAME [FILE]               "notes: ...", or "problem: ..."
//   drain NAME, stop NAME, wait NAME, forget NAME
//   untouched                        what of the process is not as it was at the start
//   limit COUNT                      open files that there may be from now on; 0: as many as the system allows
//   churn COUNT FILE                 starts and stops so many, one after the other: descriptors, threads and memory
//   before and after
#include <dirent.h>
#include <howdah.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <clocale>
#include <csignal>
#include <fstream>
#include <future>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

extern char** environ;

namespace {

std::string one_line(std::string text) {
  for (auto& character : text) {
    if (character == '\n') character = '|';
  }
  return text;
}

// What a library could have changed.
std::string process() {
  std::ostringstream text;
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action{};
    if (sigaction(number, nullptr, &action) == 0 && action.sa_handler != SIG_DFL) text << "signal " << number << ", ";
  }
  sigset_t blocked;
  pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
  for (int number = 1; number < NSIG; ++number) {
    if (sigismember(&blocked, number) == 1) text << "blocked " << number << ", ";
  }
  const auto mask = umask(0);
  umask(mask);
  text << "umask " << mask << ", locale " << std::setlocale(LC_ALL, nullptr) << ", ";
  for (char** variable = environ; *variable != nullptr; ++variable) text << *variable << ", ";
  std::string folder(4096, '\0');
  text << (getcwd(folder.data(), folder.size()) == nullptr ? "" : folder.c_str());
  return text.str();
}

std::size_t entries(const char* path) {
  std::size_t count = 0;
  DIR* folder = opendir(path);
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

// In kB.
long own_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("RssAnon:", 0) == 0) return std::stol(line.substr(8));
  }
  return 0;
}

struct Embedded {
  explicit Embedded(const howdah::Configuration& configuration, const std::string& name)
      : pooler(configuration, [this, path = name + ".log"](howdah::LogLevel, std::string_view line) {
          std::ofstream(path, std::ios::app) << line << '\n';
          ++lines;
        }) {}
  ~Embedded() {
    pooler.stop();
    if (caller.joinable()) caller.join();
  }

  std::atomic<int> lines = 0;
  std::promise<void> ready;
  howdah::Pooler pooler;
  std::thread caller;
};

std::string problem(const std::string& message) {
  return "problem: " + one_line(message);
}

std::string start(Embedded& embedded, bool is_caller) {
  auto& pooler = embedded.pooler;
  pooler.on_ready([&embedded] { embedded.ready.set_value(); });
  const auto started = is_caller ? pooler.open() : pooler.start();
  if (!started) return problem(started.message());
  if (is_caller) embedded.caller = std::thread([&pooler] { pooler.run(); });
  embedded.ready.get_future().wait();
  auto text = std::to_string(pooler.port());
  for (const auto& address : pooler.addresses()) text += " " + address;
  return text;
}

std::string show(const std::optional<howdah::PoolerState>& state) {
  if (!state) return "none";
  std::ostringstream text;
  text << (state->is_ready ? "ready" : "starting") << (state->is_draining ? " draining" : "");
  for (const auto& pool : state->pools) {
    text << " " << pool.database << "/" << pool.user << " max=" << pool.max_size << " active=" << pool.clients_active
         << " waiting=" << pool.clients_waiting << " idle=" << pool.clients_idle
         << " servers=" << pool.servers_active + pool.servers_idle + pool.servers_pinned << " queries=" << pool.queries;
  }
  return text.str();
}

std::string show(const howdah::Result<howdah::Reloaded>& reloaded) {
  if (!reloaded) return problem(reloaded.message());
  std::string text = "notes:";
  for (const auto& note : reloaded->notes) text += " " + note;
  return text;
}

std::string reload(howdah::Pooler& pooler, const std::string& file) {
  const auto configuration = howdah::Configuration::from_file(file);
  return configuration ? show(pooler.reload(*configuration)) : problem(configuration.message());
}

std::string limit(rlim_t count) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = count == 0 ? files.rlim_max : count;
  return setrlimit(RLIMIT_NOFILE, &files) == 0 ? "done" : "problem";
}

std::string churn(int count, const std::string& file) {
  std::ostringstream text;
  const auto tell = [&text] {
    malloc_trim(0);
    text << entries("/proc/self/fd") << " " << entries("/proc/self/task") << " " << own_memory() << " ";
  };
  for (int i = 0; i < count; ++i) {
    if (i == count / 10) tell();
    const auto configuration = howdah::Configuration::from_file(file);
    if (!configuration) return problem(configuration.message());
    Embedded embedded(*configuration, "churn");
    const auto answer = start(embedded, i % 2 == 0);
    if (answer.rfind("problem", 0) == 0) return answer;
    if (i % 4 == 0 && !embedded.pooler.state()) return "problem: no state";
    if (i % 3 == 0) embedded.pooler.drain();
    if (i % 3 == 1) embedded.pooler.stop();
    if (i % 3 != 2) embedded.pooler.wait_for_end();
  }
  tell();
  return text.str();
}

}  // namespace

int main() {
  const auto at_start = process();
  std::map<std::string, std::unique_ptr<Embedded>> poolers;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string order, name, how, file, answer = "done";
    words >> order >> name;
    if (order == "start") {
      words >> how >> file;
      const auto configuration = howdah::Configuration::from_file(file);
      if (!configuration) {
        answer = problem(configuration.message());
      } else {
        auto embedded = std::make_unique<Embedded>(*configuration, file);
        answer = start(*embedded, how == "caller");
        poolers[name] = std::move(embedded);
      }
    } else if (order == "state") {
      answer = show(poolers.at(name)->pooler.state());
    } else if (order == "reload") {
      auto& pooler = poolers.at(name)->pooler;
      answer = words >> file ? reload(pooler, file) : show(pooler.reload());
    } else if (order == "drain") {
      poolers.at(name)->pooler.drain();
    } else if (order == "stop") {
      poolers.at(name)->pooler.stop();
    } else if (order == "wait") {
      poolers.at(name)->pooler.wait_for_end();
    } else if (order == "forget") {
      poolers.erase(name);
    } else if (order == "untouched") {
      answer = process() == at_start ? "yes" : "before: " + at_start + " now: " + process();
    } else if (order == "limit") {
      answer = limit(std::stoul(name));
    } else if (order == "churn") {
      words >> file;
      answer = churn(std::stoi(name), file);
    }
    std::cout << answer << std::endl;
  }
}
