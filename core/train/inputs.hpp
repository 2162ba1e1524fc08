// The inputs of a training: the data and, if there is one, the user's module. Read once; kept in the
// store; checked again at the end, so that a run never claims to have seen what it did not see.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "data/ingest.hpp"
#include "repo/workspace.hpp"
#include "store/file_lock.hpp"
#include "train/spec.hpp"

namespace mlo::train {

struct StoredInput {
  std::string name;
  Digest digest;
  uint64_t size = 0;
  std::string path;  ///< absolute; empty when it is not a plain file
};

struct Inputs {
  data::OpenedInput data;
  std::optional<data::OpenedInput> module;
  std::vector<StoredInput> stored;
};

/// Reads; writes nothing.
Inputs open_inputs(Env& env, repo::Workspace& workspace, const TrainingSpec& spec);
/// Into the store, durably. Throws when a file is no longer what was read. The result keeps gc away;
/// hold it until the run's record names the inputs.
store::FileLock store_inputs(Env& env, repo::Workspace& workspace, const Inputs& inputs);
/// Throws when a file changed since it was read.
void check_inputs(Env& env, repo::Workspace& workspace, const Inputs& inputs);

}  // namespace mlo::train
