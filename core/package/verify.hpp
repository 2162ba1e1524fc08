// Is a package what it says, and does its model still answer as it did? Every file is read and
// hashed, the tree and the manifest must agree, and the stored sample rows go through encoder and
// model again: their outputs must be the stored ones, bit for bit. Failed checks are values in the
// report; only what keeps the check itself from running (no such package, no runtime, something that
// is no package) is thrown.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/value.hpp"
#include "package/open_package.hpp"

namespace mlo::package {

struct VerifiedFile {
  enum class State { good, missing, damaged, unlisted };
  std::string path;
  Digest digest;
  uint64_t size = 0;
  State state = State::good;
};

struct VerifyReport {
  Resolved package;
  std::vector<VerifiedFile> files;  ///< empty when not even the tree can be read
  uint64_t rows = 0;                ///< sample rows that were run
  uint64_t different = 0;           ///< of which the outputs differ
  /// What is wrong, one line each; empty: verified.
  std::vector<std::string> problems;
  bool verified() const { return problems.empty(); }
};

VerifyReport verify(Env& env, repo::Workspace& workspace, std::string_view reference,
                    std::span<const std::string> plugin_path);
format::Value to_json(const VerifyReport& report);

}  // namespace mlo::package
