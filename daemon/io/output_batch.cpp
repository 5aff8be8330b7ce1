#include "daemon/io/output_batch.h"

namespace howdah::io {

void OutputBatch::own(protocol::Bytes bytes) {
  own_written([bytes](std::string& out) { out.append(bytes); });
}

void OutputBatch::copy_short_range() {
  const auto last = pieces_.back();
  auto& before = pieces_[pieces_.size() - 2];
  if (last.outside == nullptr || last.size > kShortRange || before.outside != nullptr) return;
  owned_.append(last.outside, last.size);
  before.size += last.size;
  pieces_.pop_back();
}

void OutputBatch::note_owned(std::size_t before) {
  const auto added = owned_.size() - before;
  if (added == 0) return;
  size_bytes_ += added;
  if (!pieces_.empty() && pieces_.back().outside == nullptr) {
    pieces_.back().size += added;
    return;
  }
  pieces_.push_back({nullptr, before, added});
}

void OutputBatch::clear() {
  pieces_.clear();
  owned_.clear();
  size_bytes_ = 0;
}

std::span<iovec> OutputBatch::ranges() {
  if (pieces_.size() > 1) copy_short_range();
  ranges_.clear();
  for (const auto& piece : pieces_) {
    const char* start = piece.outside != nullptr ? piece.outside : owned_.data() + piece.offset;
    ranges_.push_back({const_cast<char*>(start), piece.size});
  }
  return ranges_;
}

}  // namespace howdah::io
