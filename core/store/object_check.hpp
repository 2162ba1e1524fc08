// The first half of fsck: every copy of every object against its name, every pack against its index
// and the other way round. Hashes on all threads: loose files side by side, packs in pieces of
// 4 MiB. What was hashed before and has not changed since may be left out (verified.hpp), and so may
// all but a random share. Reads only; damage is a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/env.hpp"
#include "store/fsck.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

struct ObjectCheck {
  uint64_t objects = 0;  ///< copies found
  uint64_t bytes = 0;
  uint64_t packs = 0;
  uint64_t read_objects = 0, read_bytes = 0;  ///< hashed now
  /// When the oldest of those that were not hashed now was hashed; nullopt when all were.
  std::optional<Time> oldest_verified;
  std::vector<FsckProblem> problems;
  std::unordered_set<Digest> bad;      ///< objects of which some copy is damaged
  std::vector<std::string> bad_loose;  ///< relative to the store
  std::vector<std::string> bad_packs;  ///< names; their pack or index has to be written anew
};

/// The store must be locked (shared) and reloaded.
ObjectCheck check_objects(Env& env, const ObjectStore& store, const FsckOptions& options);

}  // namespace mlo::store
