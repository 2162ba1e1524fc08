// Directories of the work tree, opened so that no symbolic link on the way is followed: openat2 with
// RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, or one O_NOFOLLOW step at a time where the kernel or a
// sandbox lacks it. What checkout writes goes through these descriptors only.
#pragma once

#include <string>

#include "base/descriptor.hpp"
#include "base/env.hpp"

namespace mlo::data {

class Beneath {
 public:
  explicit Beneath(const std::string& root);
  /// A directory below the root ("" is the root itself); throws when it is missing or no directory.
  Descriptor open(const std::string& directory) const;
  /// Makes the directory and those above it that are missing.
  void make(FileSystem& files, const std::string& directory) const;

 private:
  std::string root_path_;
  Descriptor root_;
};

}  // namespace mlo::data
