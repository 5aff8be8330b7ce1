// A YAML text as a plain tree with line numbers. The only place that knows yaml-cpp.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace howdah::config {

// What a hostile text may cost.
struct DocumentLimits {
  std::size_t text_bytes = 16UZ * 1024 * 1024;
  std::size_t scalar_bytes = 64UZ * 1024;
  std::size_t depth = 16;
  std::size_t nodes = 1'000'000;
  std::size_t repeated_bytes = 1024UZ * 1024;  // by aliases, in all
};

struct TreeNode {
  enum class Kind { Nothing, Scalar, List, Map };
  Kind kind = Kind::Nothing;
  int line = 0;
  std::string text = {};  // of a scalar
  std::string key = {};   // of a value in a map
  int key_line = 0;
  std::vector<TreeNode> items = {};  // of a list, or of a map, in order, the same key perhaps twice
};

struct DocumentError {
  int line = 0;
  std::string path;  // the keys around it: "databases.products"; empty at the top
  std::string found;
  std::string expected;
};

// Valid UTF-8 without control characters but tab and line ends, one YAML document, keys that are plain text,
// no scalar with a zero byte. Aliases are copied in. An empty text gives a node that is nothing.
[[nodiscard]] std::expected<TreeNode, DocumentError> read_document(std::string_view text,
                                                                   const DocumentLimits& limits = {});

}  // namespace howdah::config
