// A DVC repository as it lies there: configuration, every out of its .dvc and dvc.lock files, and where
// the content of an out may lie.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"
#include "data/dvc_config.hpp"
#include "data/dvc_file.hpp"
#include "repo/ignore_rules.hpp"

namespace mlo::data {

struct DvcRepository {
  std::string root;  ///< absolute
  DvcConfig config;
  std::vector<DvcOut> outs;  ///< sorted by path
  struct Unreadable {
    std::string file, reason;
  };
  std::vector<Unreadable> unreadable;     ///< malformed .dvc and dvc.lock files
  std::vector<std::string> ignore_files;  ///< directories with a `.dvcignore` that says something
  repo::IgnoreRules ignored;              ///< of all of them
};

/// Looks into every directory but .git, .hg, .dvc, .mlo, what .dvcignore names, other repositories (a
/// directory with `.dvc/`), and tracked directories.
DvcRepository read_dvc_repository(Env& env, const std::string& root);

/// The files below `base` (a cache, or a remote that is a directory) that may hold the object, the
/// likeliest first: files/md5/ab/cdef.. of version 3, ab/cdef.. of version 2.
std::vector<std::string> dvc_object_names(const Md5Digest& md5, DvcHash hash, bool is_directory);

}  // namespace mlo::data
