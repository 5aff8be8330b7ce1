// A configuration with every option and its default. What need not be said stands behind a '#' without a
// space.
#include <algorithm>
#include <string>
#include <vector>

#include "config/configuration.h"
#include "config/option_table.h"

namespace howdah::config {

namespace {

constexpr std::size_t kWidth = 110;
constexpr std::string_view kIntroduction =
    R"(# Howdah: every option with its default. A line that begins with "#" and no space is such a default, or an example
# where there is none: take the "#" away to change it. "howdah --check FILE" tells every mistake in a file.
# Times are in ms, s, min, h or d; sizes in B, kB, MB or GB. [restart]: a reload does not change it.
)";

// "databases.<name>.pool.mode" as "databases", "<name>", "pool", "mode"; "auth[].from" as "auth", "[]",
// "from".
std::vector<std::string_view> steps_of(std::string_view path) {
  std::vector<std::string_view> steps;
  while (!path.empty()) {
    auto step = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), step.size() + 1));
    const bool is_list = step.ends_with(kItemStep);
    if (is_list) step.remove_suffix(kItemStep.size());
    steps.push_back(step);
    if (is_list) steps.push_back(kItemStep);
  }
  return steps;
}

// Rules of `auth` are left out, so that the one that an absent list means stands; and peers, which few have.
bool is_active(const Option& option) {
  const auto section = split_path(option.path).section;
  return option.is_required && !section.ends_with(kItemStep) && !section.starts_with("peers.");
}

class ExampleWriter {
 public:
  void write(const Option& option);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  using Steps = std::vector<std::string_view>;

  void write_headings(const Steps& steps, std::size_t shared);
  void write_help(const Option& option, const std::string& margin);
  [[nodiscard]] static std::string name_of(std::string_view step, std::string_view parent);
  [[nodiscard]] static bool is_any_active(const Steps& steps, std::size_t count);
  [[nodiscard]] std::string value_of(const Option& option);

  Subject defaults_;
  Steps previous_;
  std::string text_{kIntroduction};
};

void ExampleWriter::write(const Option& option) {
  const auto steps = steps_of(option.path);
  const auto differing = std::ranges::mismatch(steps, previous_).in1;
  const auto shared = static_cast<std::size_t>(differing - steps.begin());
  if (shared == 0) text_ += "\n";
  write_headings(steps, shared);
  const auto item_step = std::ranges::find(steps, kItemStep) - steps.begin();
  const bool begins_item = item_step < std::ssize(steps) && differing - steps.begin() <= item_step;
  std::string margin((steps.size() - 1) * 2, ' ');
  if (begins_item) margin.erase(margin.size() - 2);
  write_help(option, margin);
  text_ += margin + (is_active(option) ? "" : "#") + (begins_item ? "- " : "") + std::string(steps.back()) + ": " +
           value_of(option) + "\n";
  previous_ = steps;
}

void ExampleWriter::write_headings(const Steps& steps, std::size_t shared) {
  for (auto at = shared; at + 1 < steps.size(); ++at) {
    if (steps[at] == kItemStep) continue;
    const auto parent = at == 0 ? std::string_view() : steps[at - 1];
    text_ += std::string(at * 2, ' ') + (is_any_active(steps, at + 1) ? "" : "#") + name_of(steps[at], parent) + ":\n";
  }
}

// In lines of bearable width.
void ExampleWriter::write_help(const Option& option, const std::string& margin) {
  auto words = std::string(option.help) + " [" + kind_text(option.field(defaults_)) + "]";
  if (option.reload == Reload::Restart) words += " [restart]";
  std::string_view rest = words;
  while (!rest.empty()) {
    const auto room = kWidth - margin.size() - 2;
    const auto end = rest.size() <= room ? rest.size() : rest.rfind(' ', room);
    text_ += margin + "# " + std::string(rest.substr(0, end)) + "\n";
    rest.remove_prefix(std::min(rest.size(), end + 1));
  }
}

std::string ExampleWriter::name_of(std::string_view step, std::string_view parent) {
  if (step != kNameStep.substr(1)) return std::string(step);
  if (parent == "databases") return "\"*\"";
  return parent == "peers" ? "2" : "app";
}

bool ExampleWriter::is_any_active(const Steps& steps, std::size_t count) {
  return std::ranges::any_of(option_table(), [&](const Option& option) {
    const auto other = steps_of(option.path);
    const auto first = static_cast<std::ptrdiff_t>(count);
    return is_active(option) && other.size() > count &&
           std::equal(other.begin(), other.begin() + first, steps.begin(), steps.begin() + first);
  });
}

std::string ExampleWriter::value_of(const Option& option) {
  const auto value = field_text(option.field(defaults_));
  return value.empty() ? std::string(option.example) : value;
}

}  // namespace

std::string example_configuration() {
  ExampleWriter writer;
  for (const auto& option : option_table()) writer.write(option);
  return writer.take();
}

}  // namespace howdah::config
