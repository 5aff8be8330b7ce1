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
  problems_.emplace(mistake.line, Problem{.file = file_name_, .line = mistake.line, .text = subject + mistake.text()});
  failed_.insert(path);
}

int ProblemList::line_of(const std::string& path, int otherwise) const {
  const auto found = lines_.find(path);
  return found == lines_.end() ? otherwise : found->second;
}

bool ProblemList::has_failed_below(const std::string& path) const {
  if (has_failed(path)) return true;
  const auto next = failed_.lower_bound(path + ".");
  return next != failed_.end() && next->starts_with(path + ".");
}

std::vector<Problem> ProblemList::sorted() const {
  std::vector<Problem> problems;
  const auto add_one = [&](const Problem& problem) {
    if (problems.size() < kMostProblems) problems.push_back(problem);
  };
  for (const auto& [line, problem] : problems_) add_one(problem);
  for (const auto& problem : elsewhere_) add_one(problem);
  const auto count = problems_.size() + elsewhere_.size();
  if (problems.size() < count) {
    const auto rest = count - problems.size();
    problems.push_back({.file = file_name_, .line = 0, .text = "and " + std::to_string(rest) + " more problems"});
  }
  return problems;
}

}  // namespace howdah::config
