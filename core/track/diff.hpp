// What differs between two runs.
#pragma once

#include <string>
#include <vector>

#include "format/value.hpp"
#include "track/run.hpp"

namespace mlo::track {

struct Difference {
  std::string section;  ///< run, params, metrics, inputs, outputs, environment, tags
  std::string key;
  format::Value a, b;  ///< null where the run has no such thing
  bool same = false;   ///< only with DiffOptions::all
};

struct RunDiff {
  Run a, b;
  /// By section in the order above, then by key.
  std::vector<Difference> differences;
};

struct DiffOptions {
  bool all = false;  ///< also what is the same
};

RunDiff diff_runs(Run a, Run b, const DiffOptions& options = {});
/// {a: {id, name}, b: {...}, differences: [{section, key, a, b, same}]}
format::Value to_json(const RunDiff& diff);

}  // namespace mlo::track
