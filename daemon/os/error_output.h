// Standard error, as a place for lines that may be lost but never hold the program up.
#pragma once

#include <string_view>

namespace howdah::os {

// Does not own the descriptor and leaves its flags alone: others share it. One thread at a time.
// Wants SIGPIPE ignored.
class ErrorOutput {
 public:
  explicit ErrorOutput(int fd) : fd_(fd) {}

  // Writes the line and its end. False: it is lost, or its end is. When nobody reads, the first line waits a
  // little, and those after it not at all until there is room again.
  [[nodiscard]] bool write_line(std::string_view line);

 private:
  [[nodiscard]] bool write_all(std::string_view text);
  [[nodiscard]] bool is_writable() const;

  int fd_;
  bool is_torn_ = false;  // the last line that went out has no end yet
  bool is_stalled_ = false;
};

}  // namespace howdah::os
