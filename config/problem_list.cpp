#include "config/problem_list.h"

namespace howdah::config {

std::string Problem::message() const {
  return file + ":" + (line > 0 ? std::to_string(line) + ":" : "") + " " + text;
}

void ProblemList::add(const std::string& path, const Mistake& mistake) {
  const auto subject = path.empty() ? "" : path + ": ";
  problems_.emplace(mistake.line,
                    Problem{.file = file_name_,
                            .line = mistake.line,
                            .text = subject + "found " + mistake.found + ", expected " + mistake.expected});
  failed_.insert(path);
}

int ProblemList::line_of(const std::string& path, int otherwise) const {
  const auto found = lines_.find(path);
  return found == lines_.end() ? otherwise : found->second;
}

std::vector<Problem> ProblemList::sorted() const {
  std::vector<Problem> problems;
  for (const auto& [line, problem] : problems_) problems.push_back(problem);
  return problems;
}

}  // namespace howdah::config
