#include "daemon/os/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>

#include "daemon/os/error_output.h"
#include "daemon/os/printable.h"

namespace howdah::os {

namespace {

using config::LogFormat;
using config::LogLevel;
using TryToWrite = std::function<bool(LogLevel level, std::string_view line)>;

constexpr auto kTextPattern = "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
// The rest of the object, without its opening brace, is the message.
constexpr auto kJsonPattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)";

std::unique_ptr<spdlog::pattern_formatter> formatter_of(LogFormat format) {
  const auto* pattern = format == LogFormat::Json ? kJsonPattern : kTextPattern;
  return std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "");
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::Debug:
      return spdlog::level::debug;
    case LogLevel::Info:
      return spdlog::level::info;
    case LogLevel::Warning:
      return spdlog::level::warn;
    case LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

LogLevel from_spdlog(spdlog::level::level_enum level) {
  if (level <= spdlog::level::debug) return LogLevel::Debug;
  if (level == spdlog::level::info) return LogLevel::Info;
  return level == spdlog::level::warn ? LogLevel::Warning : LogLevel::Error;
}

std::string text_message(std::string_view event, Log::Fields fields) {
  std::string text(event);
  for (const auto& field : fields) {
    text.append(" ").append(field.key).append("=").append(one_word(shortened(field.value, Log::kMostValueBytes)));
  }
  return text;
}

nlohmann::ordered_json json_value(const LogField& field) {
  if (!field.is_number) return shortened(field.value, Log::kMostValueBytes);
  return nlohmann::ordered_json::parse(field.value, nullptr, false);
}

std::string json_message(std::string_view event, Log::Fields fields) {
  nlohmann::ordered_json object;
  object["event"] = event;
  for (const auto& field : fields) object[std::string(field.key)] = json_value(field);
  constexpr int kOneLine = -1;
  const bool is_ascii = true;  // so that no character can turn a terminal's line round
  return object.dump(kOneLine, ' ', is_ascii, nlohmann::ordered_json::error_handler_t::replace).substr(1);
}

// Hands whole lines on. Its owner sees to it that one thread at a time does.
class LineSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  LineSink(LogFormat format, TryToWrite write) : base_sink(formatter_of(format)), write_(std::move(write)) {}

  [[nodiscard]] bool was_written() const { return was_written_; }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    was_written_ = write_(from_spdlog(message.level), {line.data(), line.size()});
  }
  void flush_() override {}

  TryToWrite write_;
  bool was_written_ = true;
};

}  // namespace

struct Log::Output {
  Output(LogLevel level, LogFormat line_format, TryToWrite write)
      : format(line_format), sink(std::make_shared<LineSink>(line_format, std::move(write))), logger("howdah", sink) {
    logger.set_level(to_spdlog(level));
    logger.set_error_handler([](const std::string&) {});  // there is nobody to tell
  }

  [[nodiscard]] bool try_to_write(LogLevel level, std::string_view event, Fields fields) {
    const auto message = format == LogFormat::Json ? json_message(event, fields) : text_message(event, fields);
    logger.log(to_spdlog(level), spdlog::string_view_t(message.data(), message.size()));
    return sink->was_written();
  }

  std::mutex mutex;
  LogFormat format;                // under mutex
  std::shared_ptr<LineSink> sink;  // under mutex
  spdlog::logger logger;           // under mutex
  std::uint64_t lost_count = 0;    // under mutex
};

Log::Log(LogLevel level, LogFormat format)
    : output_(std::make_unique<Output>(level, format,
                                       [output = ErrorOutput(STDERR_FILENO)](LogLevel, std::string_view line) mutable {
                                         return output.write_line(line);
                                       })) {}

Log::Log(LogLevel level, LogFormat format, const Sink& sink)
    : Log(level, format, LevelledSink([sink](LogLevel, std::string_view line) { sink(line); })) {}

Log::Log(LogLevel level, LogFormat format, LevelledSink sink)
    : output_(std::make_unique<Output>(level, format, [sink = std::move(sink)](LogLevel of, std::string_view line) {
        sink(of, line);
        return true;
      })) {}

Log::~Log() = default;

void Log::set_level(LogLevel level) {
  output_->logger.set_level(to_spdlog(level));
}

void Log::set_format(LogFormat format) {
  const std::lock_guard lock(output_->mutex);
  if (std::exchange(output_->format, format) == format) return;
  output_->sink->set_formatter(formatter_of(format));
}

bool Log::is_on(LogLevel level) const {
  return output_->logger.should_log(to_spdlog(level));
}

void Log::write(LogLevel level, std::string_view event, Fields fields) {
  if (!is_on(level)) return;
  const std::lock_guard lock(output_->mutex);
  auto& lost_count = output_->lost_count;
  if (lost_count > 0 && output_->try_to_write(LogLevel::Warning, "log lines lost", {{"count", lost_count}})) {
    lost_count = 0;
  }
  if (!output_->try_to_write(level, event, fields)) ++lost_count;
}

}  // namespace howdah::os
