// What one turn has to send to one peer, in order: ranges of bytes that lie elsewhere, and bytes made up here.
//
// `pass` keeps a view: the bytes must live until the batch is written (they lie in the worker's scratch buffer or in
// a constant). `own` keeps a copy. Neighbouring ranges are joined, so a chunk that goes through untouched is one
// range; short ranges between bytes of our own are copied to these, since the kernel takes one long range faster than
// many short ones. A batch is cleared and used again; once grown it allocates nothing.
#pragma once

#include <sys/uio.h>

#include <span>
#include <string>
#include <vector>

#include "protocol/bytes.h"

namespace howdah::io {

class OutputBatch {
 public:
  void pass(protocol::Bytes bytes) {
    if (bytes.empty()) return;
    size_bytes_ += bytes.size();
    const bool is_next = !pieces_.empty() && pieces_.back().outside != nullptr &&
                         pieces_.back().outside + pieces_.back().size == bytes.data();
    if (is_next) {
      pieces_.back().size += bytes.size();
    } else {
      pieces_.push_back({bytes.data(), 0, bytes.size()});
    }
  }
  void own(protocol::Bytes bytes);

  // Appends whatever `write(std::string&)` appends to the string it is given.
  template <typename Writer>
  void own_written(Writer&& write) {
    if (pieces_.size() > 1) copy_short_range();
    const auto before = owned_.size();
    write(owned_);
    note_owned(before);
  }

  [[nodiscard]] bool is_empty() const { return size_bytes_ == 0; }
  [[nodiscard]] std::size_t size_bytes() const { return size_bytes_; }
  void clear();

  // The ranges in order, for writev(2); valid until the next change. The caller may change them.
  [[nodiscard]] std::span<iovec> ranges();

 private:
  static constexpr std::size_t kShortRange = 256;

  struct Piece {
    const char* outside;  // null: the bytes are owned_[offset, offset + size)
    std::size_t offset;
    std::size_t size;
  };

  // The last range, where it is short and stands behind bytes of our own.
  void copy_short_range();
  void note_owned(std::size_t before);

  std::vector<Piece> pieces_;
  std::string owned_;
  std::vector<iovec> ranges_;
  std::size_t size_bytes_ = 0;
};

}  // namespace howdah::io
