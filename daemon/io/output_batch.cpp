#include "daemon/io/output_batch.h"

namespace howdah::io {

void OutputBatch::pass(protocol::Bytes bytes) {
  if (bytes.empty()) return;
  size_bytes_ += bytes.size();
  if (!pieces_.empty()) {
    auto& last = pieces_.back();
    if (last.outside != nullptr && last.outside + last.size == bytes.data()) {
      last.size += bytes.size();
      return;
    }
  }
  pieces_.push_back({bytes.data(), 0, bytes.size()});
}

void OutputBatch::own(protocol::Bytes bytes) {
  const auto before = owned_.size();
  owned_.append(bytes);
  note_owned(before);
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

std::vector<iovec>& OutputBatch::ranges() {
  ranges_.clear();
  for (const auto& piece : pieces_) {
    const char* start = piece.outside != nullptr ? piece.outside : owned_.data() + piece.offset;
    ranges_.push_back({const_cast<char*>(start), piece.size});
  }
  return ranges_;
}

}  // namespace howdah::io
