// Whose values of sequences, as lastval() and currval() give them, a server may have. Only DISCARD takes them away, and
// nothing lists them. (PostgreSQL documentation: "Sequence Manipulation Functions", "DISCARD")
#pragma once

#include <cstdint>

namespace howdah::protocol {

class SequenceValues {
 public:
  // It may call nextval from now on.
  void note_user(std::uint64_t session) { owner_ = owner_ == kNobody || owner_ == session ? session : kSeveral; }
  // It was elsewhere meanwhile: what it has here may not be its last ones.
  void note_return(std::uint64_t session) {
    if (owner_ == session) owner_ = kSeveral;
  }
  void clear() { owner_ = kNobody; }

  // What the session would read here may be another's, or old.
  [[nodiscard]] bool may_mislead(std::uint64_t session) const { return owner_ != kNobody && owner_ != session; }

 private:
  static constexpr std::uint64_t kNobody = 0;  // no session has this number, nor the next
  static constexpr std::uint64_t kSeveral = UINT64_MAX;
  std::uint64_t owner_ = kNobody;
};

}  // namespace howdah::protocol
