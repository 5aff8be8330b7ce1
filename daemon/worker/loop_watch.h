// Whether the loops of all workers turn: each is asked by a letter, and the answer is that it was read.
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

#include "daemon/worker/mailbox.h"

namespace howdah::worker {

class LoopWatch {
 public:
  // They outlive this.
  explicit LoopWatch(const std::vector<Mailbox*>& workers);

  // Those that have not answered since they were asked, by their number; the others are asked again. To be called so
  // often as an answer may take. One thread.
  [[nodiscard]] std::vector<std::size_t> ask();

 private:
  struct Asked {
    Mailbox* worker;
    std::shared_ptr<std::atomic<bool>> has_answered;  // by a letter that may be read when this is no more
  };
  std::vector<Asked> asked_;
};

}  // namespace howdah::worker
