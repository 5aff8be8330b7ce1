#include "config/token_files.h"

#include "config/plain_text.h"

namespace howdah::config {

namespace {

// As the file `from` says it.
std::string path_from(const std::string& from, const std::string& path) {
  const auto slash = from.rfind('/');
  if (path.starts_with('/') || slash == std::string::npos) return path;
  return from.substr(0, slash + 1) + path;
}

class TokenFileReader {
 public:
  TokenFileReader(const Outside& outside, const TokenFileLimits& limits) : outside_(outside), limits_(limits) {}

  [[nodiscard]] std::expected<TokenFile, std::string> read(const std::string& path);

 private:
  using Lines = std::expected<std::vector<TokenLine>, std::string>;

  // The lines of one file, as they stand there.
  [[nodiscard]] Lines read_lines(const std::string& path);
  void add_lines(const std::string& path, std::vector<TokenLine> lines, std::size_t depth);
  // False where the line is none that includes a file.
  bool include(const PlacedLine& line, std::size_t depth);
  void include_file(const PlacedLine& line, const std::string& name, std::size_t depth);
  [[nodiscard]] TokenField expanded(const PlacedLine& line, const TokenField& field, std::size_t depth);
  // The tokens of a file are put behind those in `tokens`.
  void add_tokens(const PlacedLine& line, const std::string& name, std::size_t depth, TokenField& tokens);
  [[nodiscard]] bool is_too_deep(const PlacedLine& line, std::size_t depth);
  void refuse(const PlacedLine& line, std::string text) { file_.problems.push_back(line.problem(std::move(text))); }
  [[nodiscard]] bool is_full() const { return file_.problems.size() >= limits_.problems; }

  const Outside& outside_;
  const TokenFileLimits& limits_;
  TokenFile file_;
  std::size_t bytes_ = 0;
};

std::expected<TokenFile, std::string> TokenFileReader::read(const std::string& path) {
  auto lines = read_lines(path);
  if (!lines) return std::unexpected(std::move(lines.error()));
  add_lines(path, *std::move(lines), 0);
  return std::move(file_);
}

TokenFileReader::Lines TokenFileReader::read_lines(const std::string& path) {
  const auto content = outside_.read_file(path);
  if (!content) return std::unexpected(content.error());
  bytes_ += content->size();
  if (bytes_ > limits_.bytes) {
    return std::unexpected("all files together have more than " + std::to_string(limits_.bytes) + " bytes");
  }
  if (const auto bad = find_bad_byte(*content)) {
    return std::unexpected("line " + std::to_string(bad->line) + " has " + std::string(bad->what));
  }
  return split_token_lines(*content);
}

void TokenFileReader::add_lines(const std::string& path, std::vector<TokenLine> lines, std::size_t depth) {
  for (auto& line : lines) {
    if (is_full()) return;
    PlacedLine placed{.file = path, .line = line.line, .fields = std::move(line.fields)};
    if (line.has_open_quote) {
      refuse(placed, "found a quotation that does not end, expected another \"");
      continue;
    }
    if (include(placed, depth)) continue;
    const auto problem_count = file_.problems.size();
    for (auto& field : placed.fields) field = expanded(placed, field, depth);
    if (file_.problems.size() == problem_count) file_.lines.push_back(std::move(placed));
  }
}

bool TokenFileReader::include(const PlacedLine& line, std::size_t depth) {
  const auto& word = line.fields.front().front().text;
  if (line.fields.size() != 2 || !word.starts_with("include")) return false;
  if (word == "include_dir") {
    refuse(line, "found include_dir, which is not supported, expected include or include_if_exists");
    return true;
  }
  if (word != "include" && word != "include_if_exists") return false;
  if (line.fields[0].size() != 1 || line.fields[1].size() != 1) {
    refuse(line, "found several files, expected one");
    return true;
  }
  const auto path = path_from(line.file, line.fields[1].front().text);
  if (word == "include_if_exists" && !outside_.file_exists(path)) return true;
  include_file(line, path, depth);
  return true;
}

void TokenFileReader::include_file(const PlacedLine& line, const std::string& name, std::size_t depth) {
  if (is_too_deep(line, depth)) return;
  auto lines = read_lines(name);
  if (!lines)
    return refuse(line, "found the file " + in_quotes(name) + " (" + lines.error() + "), expected one to read");
  add_lines(name, *std::move(lines), depth + 1);
}

TokenField TokenFileReader::expanded(const PlacedLine& line, const TokenField& field, std::size_t depth) {
  TokenField tokens;
  for (const auto& token : field) {
    const bool is_file = !token.is_quoted && token.text.size() > 1 && token.text.starts_with('@');
    if (!is_file) {
      tokens.push_back(token);
    } else if (!is_full()) {
      add_tokens(line, path_from(line.file, token.text.substr(1)), depth, tokens);
    }
  }
  return tokens;
}

void TokenFileReader::add_tokens(const PlacedLine& line, const std::string& name, std::size_t depth,
                                 TokenField& tokens) {
  if (is_too_deep(line, depth)) return;
  const auto lines = read_lines(name);
  if (!lines)
    return refuse(line, "found the file " + in_quotes(name) + " (" + lines.error() + "), expected one to read");
  if (lines->empty()) return refuse(line, "found nothing in the file " + in_quotes(name) + ", expected names");
  for (const auto& inner : *lines) {
    const PlacedLine placed{.file = name, .line = inner.line, .fields = {}};
    if (inner.has_open_quote) refuse(placed, "found a quotation that does not end, expected another \"");
    for (const auto& field : inner.fields) {
      for (auto& token : expanded(placed, field, depth + 1)) tokens.push_back(std::move(token));
    }
  }
}

bool TokenFileReader::is_too_deep(const PlacedLine& line, std::size_t depth) {
  if (depth < limits_.depth) return false;
  refuse(line, "found files inside of files too deep, expected at most " + std::to_string(limits_.depth) + " levels");
  return true;
}

}  // namespace

std::expected<TokenFile, std::string> read_token_file(const std::string& path, const Outside& outside,
                                                      const TokenFileLimits& limits) {
  return TokenFileReader(outside, limits).read(path);
}

std::string shown_token(const Token& token) {
  return token.text.find('=') == std::string::npos ? in_quotes(token.text) : "a text with =";
}

}  // namespace howdah::config
