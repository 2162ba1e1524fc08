// `mlo drift check`: current rows against the reference profile of a model's package, or against a
// file of data. Resolves references, reads the rows in one pass and leaves the comparison to the
// drift room. Never loads a runtime.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "drift/check.hpp"
#include "drift/profile.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::score {

struct DriftCheckOptions {
  /// A key of `drift` in mlo.yaml, else a model: NAME, NAME:3, NAME@alias, model:..., run:...,
  /// sha256:...
  std::string name;
  /// A path as typed, "-" for standard input, or git:REV:PATH, sha256:HEX. CSV or JSONL.
  std::string data;
  std::string directory;             ///< where relative paths of `data` start (absolute)
  std::optional<double> share;       ///< instead of the configured one
  std::vector<std::string> fail_on;  ///< besides the configured ones
  int standard_input = 0;
};

struct DriftCheckReport {
  std::string name;       ///< as asked for
  std::string reference;  ///< "model:vocabulary:1", or the path of the reference data
  std::string data;       ///< as asked for; "standard input" for "-"
  uint64_t rows = 0;      ///< current
  drift::Profile reference_profile, current_profile;  ///< the compared columns, in the same order
  drift::DriftReport drift;
};

DriftCheckReport drift_check(Env& env, repo::Workspace& workspace,
                             const DriftCheckOptions& options);

/// The document of --json: drift::to_value plus name, model or reference, data and rows.
format::Value to_json(const DriftCheckReport& report);

}  // namespace mlo::score
