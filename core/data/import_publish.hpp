// The last steps of import and update: pointers, then the files.
#pragma once

#include <optional>
#include <vector>

#include "data/pointers.hpp"

namespace mlo::data {

struct NewImport {
  Tracked now;
  std::optional<repo::Pointer> before;  ///< what the decision was made on
};

/// Throws failure when files of the path differ from its pointer: they would be lost.
void refuse_local_changes(Env& env, repo::Workspace& workspace, const std::string& path);

/// Publishes all pointers, then writes the files. Throws before anything is written when a pointer or its
/// files have changed meanwhile. Where files cannot be written the new pointers stay, as after a kill:
/// files of both versions may lie there, each whole, and checkout completes them.
void publish_imports(Env& env, repo::Workspace& workspace, const std::vector<NewImport>& imports,
                     bool force, int64_t lock_timeout);

}  // namespace mlo::data
