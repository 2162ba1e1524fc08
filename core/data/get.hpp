// `mlo data get`: a path of another repository, or what is at a URL, as a file or directory here, without
// a workspace.
//
// Everything is brought into a directory beside the target (.mlo-get-<random>), checked, and moved to its
// name whole; a killed get leaves that directory and nothing else. Process-safe, not synced.
#pragma once

#include <string>

#include "base/env.hpp"
#include "data/import_find.hpp"

namespace mlo::data {

struct GetOptions {
  AskedPath asked = {};
  std::string out = {};        ///< as typed; empty: the last part of the path or URL
  std::string directory = {};  ///< absolute: what typed paths are relative to
  bool force = false;          ///< replace what is there
};

struct GetReport {
  std::string out;        ///< absolute
  repo::Pointer content;  ///< with its source
};

/// Throws usage when something is at the target already (unless forced), and as ImportSource does.
GetReport get(Env& env, const GetOptions& options);

}  // namespace mlo::data
