// DVC's directory objects (`<md5>.dir`): the files of a directory as JSON, exactly as Python's
// json.dumps(list, sort_keys=True) prints it, as the name is the MD5 of these bytes:
//
//   [{"md5": "37b51d194a7513e45b56f6524f2d51f2", "relpath": "bar"}, {"md5": ...]
//
// Sorted by the code points of `relpath`; everything outside of 0x20-0x7e is escaped; bytes of names
// that are no UTF-8 are lone low surrogates (\udc80-\udcff), as Python's surrogateescape has them.
// Neither modes nor sizes, symbolic links nor empty directories are recorded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/md5.hpp"

namespace mlo::data {

struct DvcFile {
  std::string path;  ///< relative to the directory, any bytes
  Md5Digest md5;
  bool operator==(const DvcFile&) const = default;
};

/// Throws failure for malformed JSON, paths that lead outside (`..`, absolute, empty parts), two files of
/// one path and a file where another has a directory. The result is sorted by path bytes.
std::vector<DvcFile> parse_dvc_directory(std::string_view text, const std::string& name);
/// The bytes of the object; `files` in any order.
std::string format_dvc_directory(std::vector<DvcFile> files);

}  // namespace mlo::data
