// The log: one event, one line, "fixed words key=value", to the sink of the constructor; as text or JSON.
// Values are quoted where they hold spaces, quotes or control characters, so that no name can forge a line,
// and cut at kMostValueBytes. Never pass a password, a statement or a parameter. Any thread.
// A line that cannot be written is lost, which "log lines lost" tells later; nobody waits for long.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace howdah::os {

// One `key=value` of a line.
struct LogField {
  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(text) {}
  LogField(std::string_view name, std::integral auto number)
      : key(name), value(std::to_string(number)), is_number(true) {}

  std::string_view key;
  std::string value;
  bool is_number = false;
};

class Log {
 public:
  static constexpr std::size_t kMostValueBytes = 1000;

  // Receives one whole line without its line end. Called from any thread, one at a time.
  using Sink = std::function<void(std::string_view line)>;
  using LevelledSink = std::function<void(config::LogLevel level, std::string_view line)>;

  // Writes to standard error.
  Log(config::LogLevel level, config::LogFormat format);
  Log(config::LogLevel level, config::LogFormat format, const Sink& sink);
  Log(config::LogLevel level, config::LogFormat format, LevelledSink sink);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  using Fields = std::initializer_list<LogField>;
  void debug(std::string_view event, Fields fields = {}) { write(config::LogLevel::Debug, event, fields); }
  void info(std::string_view event, Fields fields = {}) { write(config::LogLevel::Info, event, fields); }
  void warning(std::string_view event, Fields fields = {}) { write(config::LogLevel::Warning, event, fields); }
  void error(std::string_view event, Fields fields = {}) { write(config::LogLevel::Error, event, fields); }

  [[nodiscard]] bool is_on(config::LogLevel level) const;
  void set_level(config::LogLevel level);
  void set_format(config::LogFormat format);

 private:
  void write(config::LogLevel level, std::string_view event, Fields fields);

  struct Output;
  std::unique_ptr<Output> output_;
};

}  // namespace howdah::os
