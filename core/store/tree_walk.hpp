// Whole trees: every file below a root, and what differs between two roots. Equal subtrees and
// equal leaves are never opened, so a diff costs what changed, not what is there.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "store/tree.hpp"

namespace mlo::store {

/// Depth first, names in order. `path` is relative to the root ("a/b.csv"); directories come before
/// what is in them. Throws on missing or damaged trees and below a depth of 1,000 directories.
void walk_tree(const ObjectStore& store, const Digest& root,
               const std::function<void(const std::string& path, const TreeEntry& entry)>& visit);

/// One path that differs; directories appear only where they are empty or change their kind.
struct TreeChange {
  std::string path;
  std::optional<TreeEntry> before;  ///< nullopt: added
  std::optional<TreeEntry> after;   ///< nullopt: removed
};

/// Everything that differs, in the order of paths. Either side may be absent (an empty directory).
void diff_trees(const ObjectStore& store, const std::optional<Digest>& before,
                const std::optional<Digest>& after,
                const std::function<void(const TreeChange&)>& visit);

}  // namespace mlo::store
