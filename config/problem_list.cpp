#include "config/problem_list.h"

namespace howdah::config {

namespace {

// More of them help nobody.
constexpr std::size_t kMostProblems = 200;

}  // namespace

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
  for (const auto& [line, problem] : problems_) {
    if (problems.size() == kMostProblems) break;
    problems.push_back(problem);
  }
  if (problems.size() < problems_.size()) {
    const auto rest = problems_.size() - problems.size();
    problems.push_back({.file = file_name_, .line = 0, .text = "and " + std::to_string(rest) + " more problems"});
  }
  return problems;
}

}  // namespace howdah::config
