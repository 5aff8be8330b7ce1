// What the stub answers: messages of PostgreSQL's protocol, made once for each text. (PostgreSQL documentation:
// "Message Formats")
#pragma once

#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace bench {

inline std::string encode(std::uint32_t value, std::size_t bytes) {
  std::string result(bytes, '\0');
  for (auto place = result.rbegin(); place != result.rend(); ++place, value >>= 8)
    *place = static_cast<char>(value & 0xff);
  return result;
}

inline std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// The C string at the start.
inline std::string_view text(std::string_view bytes) {
  return bytes.substr(0, bytes.find('\0'));
}

inline std::string c_string(std::string_view content) {
  return std::string(content) + '\0';
}

inline std::string message(char kind, std::string_view body = {}) {
  return kind + encode(static_cast<std::uint32_t>(body.size() + 4), 4) + std::string(body);
}

inline std::string ready_for_query(char status) {
  return message('Z', std::string(1, status));
}

inline std::string parameter_status(std::string_view name, std::string_view value) {
  return message('S', c_string(name) + c_string(value));
}

// From AuthenticationOk to ReadyForQuery.
inline const std::string& welcome() {
  static const std::string bytes = [] {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kParameters = {{
        {"in_hot_standby", "off"},
        {"integer_datetimes", "on"},
        {"TimeZone", "UTC"},
        {"IntervalStyle", "postgres"},
        {"is_superuser", "off"},
        {"application_name", ""},
        {"default_transaction_read_only", "off"},
        {"DateStyle", "ISO, MDY"},
        {"standard_conforming_strings", "on"},
        {"client_encoding", "UTF8"},
        {"server_encoding", "UTF8"},
        {"server_version", "15.0"},
    }};
    auto result = message('R', encode(0, 4));
    for (const auto& [name, value] : kParameters) result += parameter_status(name, value);
    return result + message('K', encode(1, 4) + encode(2, 4)) + ready_for_query('I');
  }();
  return bytes;
}

struct Answer {
  std::string description;  // RowDescription; empty where there are no rows
  std::string result;       // rows and CommandComplete
  char status_after = 0;    // of the transaction; 0 where the statement does not change it
};

class Answers {
 public:
  // What this text is answered with. Lives as long as this object.
  const Answer& to(std::string_view sql) {
    auto [place, is_new] = known_.try_emplace(std::string(sql));
    if (is_new) place->second = make(sql);
    return place->second;
  }

 private:
  static std::string lower_case(std::string_view sql) {
    std::string result(sql);
    for (char& letter : result) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return result;
  }

  // The number right behind `words`, or `otherwise`.
  static std::size_t number_behind(std::string_view sql, std::string_view words, std::size_t otherwise) {
    const auto at = sql.find(words);
    if (at == std::string_view::npos) return otherwise;
    std::from_chars(sql.data() + at + words.size(), sql.data() + sql.size(), otherwise);
    return otherwise;
  }

  static Answer make(std::string_view sql) {
    const auto folded = lower_case(sql);
    const auto words = std::string_view(folded);
    auto answer = make_by_first_word(words.substr(0, words.find_first_of(" ;")), words);
    answer.result += application_name_in(sql, words);
    return answer;
  }

  // A ParameterStatus where the text sets it: poolers rely on hearing of it, and would set it again and again.
  static std::string application_name_in(std::string_view sql, std::string_view folded) {
    constexpr std::string_view kName = "application_name";
    const auto name = folded.find(kName);
    if (name == std::string_view::npos) return {};
    const auto begin = sql.find('\'', folded.find_first_of(",=t", name + kName.size()));
    if (begin == std::string_view::npos) return {};
    return parameter_status(kName, sql.substr(begin + 1, sql.find('\'', begin + 1) - begin - 1));
  }

  static Answer make_by_first_word(std::string_view word, std::string_view sql) {
    if (word == "select")
      return rows(number_behind(sql, "repeat('x', ", 1), number_behind(sql, "generate_series(1, ", 1));
    if (word == "begin") return {{}, complete("BEGIN"), 'T'};
    if (word == "commit" || word == "end") return {{}, complete("COMMIT"), 'I'};
    if (word == "rollback") return {{}, complete("ROLLBACK"), 'I'};
    if (word == "insert") return {{}, complete("INSERT 0 1")};
    if (word == "update") return {{}, complete("UPDATE 1")};
    if (word == "discard") return {{}, complete("DISCARD ALL")};
    if (word.empty()) return {{}, message('I')};
    return {{}, complete("SET")};
  }

  static std::string complete(std::string_view tag) { return message('C', c_string(tag)); }

  // One column of type text.
  static Answer rows(std::size_t width, std::size_t count) {
    const auto column =
        c_string("?column?") + encode(0, 6) + encode(25, 4) + encode(0xffff, 2) + encode(0xffffffff, 4) + encode(0, 2);
    const auto value = encode(static_cast<std::uint32_t>(width), 4) + std::string(width, '1');
    const auto row = message('D', encode(1, 2) + value);
    Answer answer{message('T', encode(1, 2) + column), {}};
    answer.result.reserve(row.size() * count + 64);
    for (std::size_t i = 0; i < count; ++i) answer.result += row;
    answer.result += complete("SELECT " + std::to_string(count));
    return answer;
  }

  std::unordered_map<std::string, Answer> known_;
};

}  // namespace bench
