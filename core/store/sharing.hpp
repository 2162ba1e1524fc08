// A store that a group of users writes. The directories carry the mark themselves: setgid and group
// write, which new directories take over from their parent, so that every user's mlo does the right
// thing whatever its umask and without asking any configuration. Files are world-readable as the
// umask lets them be, and always readable for the group. Nothing of another user's is ever changed:
// objects are replaced by renames, never written.
#pragma once

#include <string>

#include "base/env.hpp"

namespace mlo::store {

/// Marks the directories of the store at `path` that belong to this user; one look when it is marked
/// already. Throws when the store's own directory belongs to another user and is not marked.
void share_with_group(Env& env, const std::string& path);

/// mkdir -p below a store: each new directory takes over the mark of its parent.
void make_store_directory(Env& env, const std::string& path);

/// Lets the group read a file of ours in a marked directory, where the umask forbade it.
void open_to_group(Env& env, const std::string& file);

}  // namespace mlo::store
