// The last steps of add: pointers, .gitignore lines, stat index, in this order.
#pragma once

#include <span>

#include "data/pointers.hpp"
#include "repo/stat_index.hpp"

namespace mlo::data {

/// The .gitignore line of one path, durably.
void publish_ignore_line(Env& env, repo::Workspace& workspace, const std::string& path);

/// Writes those pointers that differ from what is there, durably, and their .gitignore lines. The caller
/// holds the workspace's lock. Warns where git ignores a pointer.
void publish_pointers(Env& env, repo::Workspace& workspace, std::span<const Tracked> pointers);

}  // namespace mlo::data
