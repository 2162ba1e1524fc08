// git-lfs's pointers: what git holds in place of a large file (git-lfs.github.com/spec/v1).
//
//   version https://git-lfs.github.com/spec/v1
//   oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
//   size 12345
//
// `version` first, then keys in ascending order, one space, a newline after each line, 1,024 bytes at most.
// Lines `ext-N-name` say that extensions changed the content on its way. An empty file is its own pointer:
// git holds it as it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace mlo::data {

inline constexpr size_t kLfsPointerLimit = 1024;

struct LfsPointer {
  Digest oid;
  uint64_t size = 0;
  bool extended = false;  ///< the work tree has another content than the object
};

/// nullopt for everything that git-lfs would not write.
std::optional<LfsPointer> parse_lfs_pointer(std::string_view text);
/// "ab/cd/abcd..." below git-lfs's `objects`.
std::string lfs_object_name(const Digest& oid);

}  // namespace mlo::data
