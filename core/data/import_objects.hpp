// The objects below a pointer of another mlo repository.
#pragma once

#include <string>

#include "base/env.hpp"
#include "data/import_find.hpp"
#include "store/object_store.hpp"
#include "store/tree.hpp"

namespace mlo::data {

/// What `found` names, complete in `store`. Asks the store of a workspace on this machine first, then the
/// remotes of the repository's mlo.yaml (for a workspace on this machine with its .mlo/config.yaml).
/// `whole`: what the pointer says.
store::TreeEntry bring_objects(Env& env, store::ObjectStore& store,
                               repo::OtherRepository& repository, const FoundPath& found,
                               const store::TreeEntry& whole, const std::string& cache);

}  // namespace mlo::data
