// A file or directory that DVC tracks in another repository, as content of a store.
#pragma once

#include <string>

#include "base/env.hpp"
#include "data/import_find.hpp"
#include "store/object_store.hpp"
#include "store/tree.hpp"

namespace mlo::data {

/// What `found` names, stored durably: from the work tree and the cache of a repository on this machine, else
/// from the remote that its configuration names (of a repository on this machine as it is now, with
/// .dvc/config.local; else as the commit has it). `cache`: a directory for what is known of contents. Throws
/// failure where nobody has all of it.
store::TreeEntry bring_dvc(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
                           const FoundPath& found, const std::string& cache);

}  // namespace mlo::data
