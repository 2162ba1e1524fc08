#include "deploy/names.hpp"

#include <algorithm>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "repo/workspace.hpp"

namespace mlo::deploy {
namespace {

std::vector<std::string> applied_names(repo::Workspace& workspace) {
  const std::string root = workspace.deployments_dir();
  std::vector<std::string> names;
  for (auto& name : names_in(root)) {
    if (name.front() != '.' && is_directory(join_path(root, name))) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace

std::vector<std::string> known_names(repo::Workspace& workspace) {
  auto names = applied_names(workspace);
  for (auto& name : configured_names(workspace)) names.push_back(std::move(name));
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

Directory existing_directory(repo::Workspace& workspace, const std::string& name) {
  const auto applied = applied_names(workspace);
  if (std::ranges::find(applied, name) != applied.end()) {
    return Directory(workspace.deployments_dir(), name);
  }
  const auto known = known_names(workspace);
  if (std::ranges::find(known, name) != known.end()) {
    throw usage("deployment " + quoted(name) + " was never applied", "mlo deploy apply " + name);
  }
  throw usage("there is no deployment " + quoted(name), suggestion(name, known));
}

}  // namespace mlo::deploy
