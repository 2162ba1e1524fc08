// Every object that a set of roots reaches, once, in the order in which a push sends them: trees before
// files, files in the order of their paths, so that a directory comes back in few ranges.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "store/gc.hpp"
#include "store/object_store.hpp"

namespace mlo::remote {

struct ReachableObject {
  Digest digest;
  uint64_t size = 0;
};

struct Reachable {
  std::vector<store::Root> roots;  ///< each once, kind `tree` or `blob`
  std::vector<ReachableObject> objects;
};

/// `obtain` is asked to bring a tree (or what may be one) that the store lacks; false: it cannot, which
/// throws missing_object. Files need not be in the store; their sizes are those of their trees. 40
/// bytes an object and 60 of a set while it runs.
Reachable reachable(Env& env, const store::ObjectStore& store, std::span<const store::Root> roots,
                    const std::function<bool(const Digest&)>& obtain);

/// A tree, or a file of the user's that parses as one. The object must be there.
bool is_tree(const store::ObjectStore& store, const store::Root& root);

}  // namespace mlo::remote
