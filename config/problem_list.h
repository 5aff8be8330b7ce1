// The mistakes of one configuration, as they are met, and where its values stand.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "config/mistake.h"

namespace howdah::config {

class ProblemList {
 public:
  explicit ProblemList(std::string file_name) : file_name_(std::move(file_name)) {}

  // `path` as the user writes it: "databases.products.pool.max_size"; empty: the file itself.
  void add(const std::string& path, const Mistake& mistake);
  // In another file.
  void add_elsewhere(Problem problem) { elsewhere_.push_back(std::move(problem)); }
  // The value at `path` was read in this line, and is right.
  void mark_read(const std::string& path, int line) { lines_[path] = line; }

  // Of a value that was read; else `otherwise`.
  [[nodiscard]] int line_of(const std::string& path, int otherwise = 1) const;
  // Whether there is a mistake at just this path: then checks across options have nothing to say.
  [[nodiscard]] bool has_failed(const std::string& path) const { return failed_.contains(path); }
  // Or anywhere in the section at this path.
  [[nodiscard]] bool has_failed_below(const std::string& path) const;
  [[nodiscard]] bool is_empty() const { return problems_.empty() && elsewhere_.empty(); }

  // In the order of lines, then those elsewhere; of very many the first ones, and how many more there are.
  [[nodiscard]] std::vector<Problem> sorted() const;

 private:
  std::string file_name_;
  std::multimap<int, Problem> problems_;  // by line; of one line as they were met
  std::vector<Problem> elsewhere_;
  std::set<std::string> failed_;
  std::map<std::string, int> lines_;
};

}  // namespace howdah::config
