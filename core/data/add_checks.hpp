// What may become tracked data.
#pragma once

#include <string>

#include "data/scan.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

/// Throws usage unless `path` (relative to the root) may have a pointer, whether or not anything lies
/// there.
void check_trackable(repo::Workspace& workspace, const std::string& path);
/// Throws usage or failure unless `path` (relative to the root) may have a pointer of its own.
void check_addable(repo::Workspace& workspace, const std::string& path);
/// Throws when the directory holds something that a tree cannot, or a pointer.
void check_contents(const Scan& scan);

}  // namespace mlo::data
