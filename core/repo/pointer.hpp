// A pointer file `<path>.mlo`, committed to git in place of the data it names:
//
//   mlo: 1
//   type: file            # or tree
//   digest: sha256:...
//   size: 20971520        # bytes; of a tree: the total of its files
//   files: 20000          # trees only
//   source: ...           # imported data only: where it came from (source.hpp)
//   dvc:                  # only after an import from DVC: what its file said besides the content,
//     md5: 22a1...        # kept word for word for `data export --to-dvc` (man page mlo-formats)
//
// The file's own name says the path, so a rename of both needs no edit. Unknown keys are errors: a
// newer mlo writes a higher number in `mlo`, and this one says so instead of guessing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"
#include "format/value.hpp"
#include "repo/source.hpp"

namespace mlo::repo {

inline constexpr std::string_view kPointerSuffix = ".mlo";

struct Pointer {
  enum class Type { file, tree };
  Type type = Type::file;
  Digest digest;
  uint64_t size = 0;
  uint64_t files = 1;  ///< 1 for a file
  std::optional<Source> source = std::nullopt;
  format::Value dvc = {};  ///< an object, or null
  bool operator==(const Pointer&) const = default;
  /// The content alone, wherever it came from.
  bool same_content(const Pointer& other) const {
    return type == other.type && digest == other.digest;
  }
};

/// Throws failure with file:line:column.
Pointer parse_pointer(std::string_view text, const std::string& name);
std::string format_pointer(const Pointer& pointer);
/// The largest pointer file that is read.
inline constexpr size_t kPointerLimit = 65536;
/// "data/train.csv" <-> "data/train.csv.mlo".
std::string pointer_path(std::string_view path);
/// "" unless `path` is the name of a pointer (".mlo" alone is the workspace's directory, not one).
std::string pointed_path(std::string_view path);

}  // namespace mlo::repo
