// A file or directory that git holds, as content of a store.
#pragma once

#include "base/env.hpp"
#include "repo/other_repository.hpp"
#include "store/object_store.hpp"
#include "store/tree.hpp"

namespace mlo::data {

/// The blob or all blobs of the tree, with their modes, stored durably. Throws usage for submodules, and
/// for directories that hold pointers: their data would silently be left out.
store::TreeEntry bring_git(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
                           const repo::GitEntry& entry);

}  // namespace mlo::data
