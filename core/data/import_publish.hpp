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

/// Publishes all pointers and writes the files. Throws, with the old pointers back, when a pointer has
/// changed meanwhile or the files cannot be written.
void publish_imports(Env& env, repo::Workspace& workspace, const std::vector<NewImport>& imports,
                     bool force, int64_t lock_timeout);

}  // namespace mlo::data
