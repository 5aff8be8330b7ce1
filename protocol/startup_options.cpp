#include "protocol/startup_options.h"

#include <algorithm>
#include <array>

#include "protocol/sqlstate.h"

namespace howdah::protocol {

namespace {

constexpr std::string_view kSpaces = " \t\n\v\f\r";

// What a short switch does.
struct Switch {
  enum class Kind {
    Ignored,         // no effect in a server process that serves a client
    IgnoredValue,    // likewise, and takes an argument
    Fixed,           // sets `setting` to `value`
    Value,           // sets `setting` to its argument
    Assignment,      // name=value
    DebugLevel,      // -d 0 to 5
    DisablePlan,     // -f and a letter
    ShowStatistics,  // -t and a word
  };
  char letter;
  Kind kind;
  std::string_view setting = {};
  std::string_view value = {};
};

using enum Switch::Kind;
constexpr auto kSwitches = std::to_array<Switch>({
    {'B', Value, "shared_buffers"},
    {'b', Ignored},
    {'C', IgnoredValue},
    {'c', Assignment},
    {'-', Assignment},
    {'D', IgnoredValue},
    {'d', DebugLevel},
    {'E', Ignored},
    {'e', Fixed, "datestyle", "euro"},
    {'F', Fixed, "fsync", "false"},
    {'f', DisablePlan},
    {'h', Value, "listen_addresses"},
    {'i', Fixed, "listen_addresses", "*"},
    {'j', Ignored},
    {'k', Value, "unix_socket_directories"},
    {'l', Fixed, "ssl", "true"},
    {'N', Value, "max_connections"},
    {'n', Ignored},
    {'O', Fixed, "allow_system_table_mods", "true"},
    {'P', Fixed, "ignore_system_indexes", "true"},
    {'p', Value, "port"},
    {'r', IgnoredValue},
    {'S', Value, "work_mem"},
    {'s', Fixed, "log_statement_stats", "true"},
    {'T', Ignored},
    {'t', ShowStatistics},
    {'v', IgnoredValue},
    {'W', Value, "post_auth_delay"},
});

const Switch* find_switch(char letter) {
  const auto found = std::ranges::find(kSwitches, letter, &Switch::letter);
  return found == kSwitches.end() ? nullptr : &*found;
}

std::string_view plan_setting(std::string_view argument) {
  if (argument.size() != 1) return {};
  switch (argument.front()) {
    case 's':
      return "enable_seqscan";
    case 'i':
      return "enable_indexscan";
    case 'o':
      return "enable_indexonlyscan";
    case 'b':
      return "enable_bitmapscan";
    case 't':
      return "enable_tidscan";
    case 'n':
      return "enable_nestloop";
    case 'm':
      return "enable_mergejoin";
    case 'h':
      return "enable_hashjoin";
    default:
      return {};
  }
}

std::string_view statistics_setting(std::string_view argument) {
  if (argument.starts_with("pa")) return "log_parser_stats";
  if (argument.starts_with("pl")) return "log_planner_stats";
  if (argument.starts_with("e")) return "log_executor_stats";
  return {};
}

// The number at the front, as C's atoi reads it, but without overflow; 0 where there is none.
int leading_number(std::string_view text) {
  constexpr int kEnough = 1'000'000;
  const auto start = text.find_first_not_of(kSpaces);
  if (start == std::string_view::npos) return 0;
  text.remove_prefix(start);
  const bool is_negative = text.front() == '-';
  if (is_negative || text.front() == '+') text.remove_prefix(1);
  int number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9' || number > kEnough) break;
    number = number * 10 + (digit - '0');
  }
  return is_negative ? -number : number;
}

void append_debug_settings(SettingList& settings, int level) {
  settings.emplace_back("log_min_messages", level > 0 ? "debug" + std::to_string(level) : "notice");
  if (level >= 2) settings.emplace_back("log_statement", "all");
  if (level >= 3) settings.emplace_back("debug_print_parse", "true");
  if (level >= 4) settings.emplace_back("debug_print_plan", "true");
  if (level >= 5) settings.emplace_back("debug_print_rewritten", "true");
}

ErrorFields refuse_argument(std::string_view argument) {
  auto error = make_error(Severity::Fatal, sqlstate::kSyntaxError,
                          "invalid command-line argument for server process: " + std::string(argument));
  error.hint = "Try \"postgres --help\" for more information.";
  return error;
}

// Walks through the words as getopt(3) of the GNU C library does: words that are no switches are looked at
// last.
class SwitchReader {
 public:
  SwitchReader(SettingList& settings, const std::vector<std::string>& words) : settings_(settings), words_(words) {}

  std::optional<ErrorFields> read() {
    std::optional<std::string_view> stray;
    while (next_ < words_.size()) {
      const std::string_view word = words_[next_];
      if (word == "--") {
        if (!stray && next_ + 1 < words_.size()) stray = words_[next_ + 1];
        break;
      }
      if (word.size() < 2 || word.front() != '-') {
        if (!stray) stray = word;
        ++next_;
      } else if (auto error = read_cluster(word)) {
        return error;
      }
    }
    if (stray) return refuse_argument(*stray);
    return std::nullopt;
  }

 private:
  // One word of switches: "-s", "-sn", "-S5MB", or "-S" with its argument in the next word.
  std::optional<ErrorFields> read_cluster(std::string_view word) {
    for (std::size_t at = 1; at < word.size(); ++at) {
      const bool is_last = at + 1 == word.size();
      const auto* known = find_switch(word[at]);
      if (known == nullptr) return refuse_argument(is_last ? word : word_before_next());
      if (!takes_argument(*known)) {
        apply(*known, {});
        continue;
      }
      ++next_;
      if (!is_last) return apply(*known, word.substr(at + 1));
      if (next_ == words_.size()) return refuse_argument(word);
      return apply(*known, words_[next_++]);
    }
    ++next_;
    return std::nullopt;
  }

  static bool takes_argument(const Switch& known) { return known.kind != Ignored && known.kind != Fixed; }

  // PostgreSQL complains of the word before the one that getopt has not finished.
  std::string_view word_before_next() const {
    return next_ == 0 ? std::string_view("postgres") : std::string_view(words_[next_ - 1]);
  }

  std::optional<ErrorFields> apply(const Switch& known, std::string_view argument) {
    switch (known.kind) {
      case Ignored:
      case IgnoredValue:
        return std::nullopt;
      case Fixed:
        return set(known.setting, known.value);
      case Value:
        return set(known.setting, argument);
      case Assignment:
        return assign(known.letter, argument);
      case DebugLevel:
        append_debug_settings(settings_, leading_number(argument));
        return std::nullopt;
      case DisablePlan:
        return set_or_refuse(plan_setting(argument), "false");
      case ShowStatistics:
        return set_or_refuse(statistics_setting(argument), "true");
    }
    return std::nullopt;
  }

  std::optional<ErrorFields> set(std::string_view name, std::string_view value) {
    settings_.emplace_back(name, value);
    return std::nullopt;
  }

  std::optional<ErrorFields> set_or_refuse(std::string_view name, std::string_view value) {
    if (name.empty()) return refuse_argument(word_before_next());
    return set(name, value);
  }

  std::optional<ErrorFields> assign(char letter, std::string_view argument) {
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos) {
      return make_error(Severity::Fatal, sqlstate::kSyntaxError,
                        (letter == '-' ? "--" : "-c ") + std::string(argument) + " requires a value");
    }
    std::string name(argument.substr(0, equals));
    std::ranges::replace(name, '-', '_');
    return set(name, argument.substr(equals + 1));
  }

  SettingList& settings_;
  const std::vector<std::string>& words_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<std::string> split_options(std::string_view options) {
  std::vector<std::string> words;
  std::size_t at = options.find_first_not_of(kSpaces);
  while (at < options.size()) {
    std::string word;
    for (; at < options.size() && !kSpaces.contains(options[at]); ++at) {
      const bool is_escape = options[at] == '\\';
      if (is_escape && ++at == options.size()) break;
      word.push_back(options[at]);
    }
    words.push_back(std::move(word));
    at = options.find_first_not_of(kSpaces, at);
  }
  return words;
}

std::optional<ErrorFields> append_option_settings(SettingList& settings, std::string_view options) {
  const auto words = split_options(options);
  return SwitchReader(settings, words).read();
}

}  // namespace howdah::protocol
