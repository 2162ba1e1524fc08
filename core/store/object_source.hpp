// Where objects come from that the store lacks or holds damaged: remotes, seen from below.
#pragma once

#include <span>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

class ObjectSource {
 public:
  virtual ~ObjectSource() = default;
  /// Adds to the store, verified and durably, those of `wanted` that it can find, and returns them.
  /// Throws only when it cannot look at all.
  virtual std::vector<Digest> fetch(Env& env, ObjectStore& store,
                                    std::span<const Digest> wanted) = 0;
};

}  // namespace mlo::store
