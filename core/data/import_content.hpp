// The content of a path of another repository, brought into a store: from the store of that repository
// where it is a workspace on this machine, else from the remotes that its mlo.yaml names at that
// revision; DVC's from its cache and remotes; git's own files from git. Everything is verified: objects by
// their SHA-256, what DVC names by its MD5, blobs by git.
#pragma once

#include <optional>
#include <string>

#include "base/env.hpp"
#include "data/import_find.hpp"
#include "store/file_lock.hpp"
#include "store/object_store.hpp"
#include "store/tree.hpp"

namespace mlo::data {

struct BroughtContent {
  repo::Pointer pointer;                ///< with its source
  bool executable = false;              ///< of a single file
  std::optional<store::FileLock> hold;  ///< keeps gc away until something names the content
};

/// The pointer to an entry that lies in the store. Throws usage for a symbolic link.
BroughtContent brought(const store::TreeEntry& entry, const repo::Source& source);

/// `cache`: a directory for what is kept of remotes. Throws failure where nobody has the content; what
/// arrived before that stays in the store.
BroughtContent bring(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
                     const FoundPath& found, const std::string& cache);

/// Where clones of other repositories and indexes of their remotes are kept: $XDG_CACHE_HOME/mlo,
/// ~/.cache/mlo. Throws usage where neither is known.
std::string import_cache(const Env& env);

}  // namespace mlo::data
