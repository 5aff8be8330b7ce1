#include "config/pgbouncer/ini_file.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "config/pgbouncer/text.h"
#include "config/plain_text.h"

namespace howdah::config::pgbouncer {

namespace {

constexpr std::string_view kInclude = "%include";

// What stands in quotes at the front of the line, which begins behind it then. Quotes inside are doubled.
std::optional<std::string> take_quoted(std::string_view& line) {
  std::string text;
  for (std::size_t at = 1; at < line.size(); ++at) {
    if (line[at] != '"') {
      text += line[at];
    } else if (line.substr(at + 1).starts_with('"')) {
      text += line[at++];
    } else {
      line.remove_prefix(at + 1);
      return text;
    }
  }
  return std::nullopt;
}

// The name at the front of the line, which begins behind it then; empty where there is none.
std::string take_name(std::string_view& line) {
  if (line.starts_with('"')) return take_quoted(line).value_or("");
  const auto is_in_name = [](char letter) {
    return is_letter_or_digit(letter) || std::string_view("_.-*").contains(letter);
  };
  const auto end = std::ranges::find_if_not(line, is_in_name);
  std::string name(line.begin(), end);
  line.remove_prefix(name.size());
  return name;
}

class IniReader {
 public:
  IniReader(const Outside& outside, const IniLimits& limits) : outside_(outside), limits_(limits) {}

  // False: it cannot be read, and why is a problem at `from`.
  void read_file(const std::string& path, const std::string& from, int from_line, std::size_t depth);
  [[nodiscard]] IniFile take() { return std::move(file_); }

 private:
  void read_line(std::string_view line, std::size_t depth);
  void read_section(std::string_view line);
  void read_setting(std::string_view line);
  [[nodiscard]] bool is_full() const {
    return file_.problems.size() >= limits_.problems || file_.settings.size() >= limits_.settings;
  }
  void refuse(std::string text) { file_.problems.push_back({.file = path_, .line = line_, .text = std::move(text)}); }

  const Outside& outside_;
  const IniLimits& limits_;
  IniFile file_;
  std::size_t bytes_ = 0;
  // Where it is.
  std::string path_;
  int line_ = 0;
  std::string section_;
};

void IniReader::read_file(const std::string& path, const std::string& from, int from_line, std::size_t depth) {
  const auto complain = [&](const std::string& why) {
    file_.problems.push_back(
        {.file = from, .line = from_line, .text = "the file " + in_quotes(path) + " cannot be read: " + why});
  };
  if (depth > limits_.depth) return complain("files are included too deeply");
  const auto content = outside_.read_file(path);
  if (!content) return complain(content.error());
  bytes_ += content->size();
  if (bytes_ > limits_.bytes) return complain("there is too much in the files");
  const auto outer_path = std::exchange(path_, path);
  const auto outer_line = std::exchange(line_, 0);
  for (std::string_view rest = *content; !rest.empty() && !is_full();) {
    const auto end = rest.find('\n');
    ++line_;
    read_line(trimmed(rest.substr(0, end)), depth);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  path_ = outer_path;
  line_ = outer_line;
}

void IniReader::read_line(std::string_view line, std::size_t depth) {
  if (line.empty() || line.starts_with(';') || line.starts_with('#')) return;
  if (const auto bad = find_bad_byte(line)) return refuse("found " + std::string(bad->what) + ", expected plain text");
  if (line.starts_with('[')) return read_section(line);
  if (!line.starts_with('%')) return read_setting(line);
  const auto path = line.starts_with(kInclude) ? trimmed(line.substr(kInclude.size())) : std::string_view();
  if (path.empty() || !is_blank(line[kInclude.size()])) {
    return refuse("found " + in_quotes(line) + ", expected %include and a path");
  }
  read_file(std::string(path), path_, line_, depth + 1);
}

// What stands behind the bracket does not count.
void IniReader::read_section(std::string_view line) {
  const auto end = line.find(']');
  if (end == std::string_view::npos) return refuse("found a section without ], expected one in brackets");
  section_ = line.substr(1, end - 1);
}

void IniReader::read_setting(std::string_view line) {
  constexpr auto kExpected = "expected a setting (name = value), a [section], %include or a comment";
  auto name = take_name(line);
  line = trimmed(line);
  if (name.empty() || !line.starts_with('=')) return refuse(std::string("found neither of these, ") + kExpected);
  if (section_.empty())
    return refuse("found " + in_quotes(name) + " in no section, expected [databases] or another in front");
  const auto value = trimmed(line.substr(1));
  file_.settings.push_back(
      {.section = section_, .name = std::move(name), .value = std::string(value), .file = path_, .line = line_});
}

}  // namespace

IniFile read_ini_file(const std::string& path, const Outside& outside, const IniLimits& limits) {
  IniReader reader(outside, limits);
  reader.read_file(path, path, 0, 0);
  return reader.take();
}

}  // namespace howdah::config::pgbouncer
