// `mlo init`: makes a directory a workspace.
#pragma once

#include <string>

#include "base/env.hpp"

namespace mlo::repo {

struct InitReport {
  std::string root;      ///< absolute
  std::string mlo_dir;   ///< absolute; in a linked git work tree the main work tree's
  bool created = false;  ///< false: it was a workspace already
  bool git = false;      ///< lies in a git repository
};

/// Makes the directory where there is none, and in it .mlo/ with an empty store, a commented mlo.yaml and a .gitignore line for .mlo. Whatever is
/// there stays as it is, so it may be repeated; a crash leaves something that a repetition completes.
InitReport init(Env& env, const std::string& directory);

}  // namespace mlo::repo
