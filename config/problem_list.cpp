#include "config/problem_list.h"

#include <algorithm>

namespace howdah::config {

std::string Problem::message() const {
  return file + ":" + (line > 0 ? std::to_string(line) + ":" : "") + " " + text;
}

void ProblemList::add(const std::string& path, const Mistake& mistake) {
  const auto subject = path.empty() ? "" : path + ": ";
  problems_.push_back({.file = file_name_,
                       .line = mistake.line,
                       .text = subject + "found " + mistake.found + ", expected " + mistake.expected});
  failed_.insert(path);
}

int ProblemList::line_of(const std::string& path, int otherwise) const {
  const auto found = lines_.find(path);
  return found == lines_.end() ? otherwise : found->second;
}

std::vector<Problem> ProblemList::sorted() const {
  auto problems = problems_;
  std::ranges::stable_sort(problems, {}, &Problem::line);
  return problems;
}

}  // namespace howdah::config
