#include "deploy/roots.hpp"

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "deploy/history.hpp"
#include "deploy/state.hpp"
#include "repo/workspace.hpp"

namespace mlo::deploy {
namespace {

std::vector<Directory> directories(const repo::Workspace& workspace) {
  std::vector<Directory> found;
  for (const std::string& name : names_in(workspace.deployments_dir())) {
    if (name.starts_with(".")) continue;
    found.emplace_back(workspace.deployments_dir(), name);
  }
  return found;
}

store::Root root_of(const Target& target, const Directory& directory) {
  std::optional<Digest> digest = parse_digest(target.digest);
  if (!digest) throw failure("deployment '" + directory.name() + "' serves no digest");
  return {*digest, store::RootKind::tree, "deployment " + directory.name()};
}

}  // namespace

void DeploymentRoots::roots(Env& env, const store::RootSink& sink) {
  for (const Directory& directory : directories(workspace_)) {
    env.check_cancelled();
    if (auto desired = directory.read_desired()) sink(root_of(desired->target, directory));
    // What a server that only starts is about to serve has no digest yet.
    auto server = directory.read_server();
    if (server && server->generation > 0) sink(root_of(server->target, directory));
    for (const HistoryEntry& entry : read_history(directory)) {
      sink(root_of(entry.target, directory));
    }
  }
}

void DeploymentChecker::check(Env&, store::FsckSink& sink) {
  for (const Directory& directory : directories(workspace_)) {
    try {
      if (auto desired = directory.read_desired()) sink.expect(root_of(desired->target, directory));
      directory.read_server();
      read_history(directory);
    } catch (const Error& error) {
      sink.problem({"unreadable", "deployment " + directory.name(), error.message()});
    }
  }
}

}  // namespace mlo::deploy
