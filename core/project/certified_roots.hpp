// What a push certifies and a fetch asks for: everything that the pointers, mlo.lock and the registry of
// a commit, or of the work tree, name by digest.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"
#include "repo/workspace.hpp"
#include "store/gc.hpp"

namespace mlo::project {

/// Of a commit (40 hex digits), below the workspace's root, without other workspaces in it.
std::vector<store::Root> roots_of_commit(repo::Workspace& workspace, const std::string& commit);
std::vector<store::Root> roots_of_work_tree(Env& env, repo::Workspace& workspace);
/// Of every commit that a ref reaches, and of the index.
std::vector<store::Root> roots_of_history(Env& env, repo::Workspace& workspace);

/// Each digest once.
std::vector<store::Root> unique_roots(std::vector<store::Root> roots);
/// Those of `roots` whose digest is not among `known`.
std::vector<store::Root> roots_beyond(const std::vector<store::Root>& roots,
                                      const std::vector<store::Root>& known);

/// "commit <hex>".
std::string certifies_commit(const std::string& commit);
/// "roots sha256:<hex>": of the sorted digests, each as "sha256:<hex>\n".
std::string certifies_roots(const std::vector<store::Root>& roots);

}  // namespace mlo::project
