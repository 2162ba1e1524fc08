// Which deployments there are: those that mlo.yaml names and those that were applied once.
#pragma once

#include <string>
#include <vector>

#include "deploy/state.hpp"

namespace mlo::deploy {

/// Sorted, each once.
std::vector<std::string> known_names(repo::Workspace& workspace);
/// Usage error with the nearest name when it was never applied.
Directory existing_directory(repo::Workspace& workspace, const std::string& name);

}  // namespace mlo::deploy
