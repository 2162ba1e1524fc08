// Sets aside what fsck found damaged; see fsck.hpp for the order of things.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "store/object_check.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

struct RepairReport {
  std::vector<std::string> set_aside;  ///< relative to the store, where they lay
  uint64_t salvaged = 0;
};

/// Takes the store's exclusive lock. What changed since the check is looked at again: a loose object
/// that is sound now stays, and of a pack everything that is sound is kept.
RepairReport repair(Env& env, ObjectStore& store, const ObjectCheck& damage);

}  // namespace mlo::store
