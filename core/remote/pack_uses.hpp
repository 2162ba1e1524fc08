// Which chunks of which packs a set of objects lies in: what a manifest certifies.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/digest.hpp"
#include "remote/codec.hpp"
#include "remote/index.hpp"
#include "remote/manifest.hpp"
#include "remote/reachable.hpp"

namespace mlo::remote {

/// Whether a remote has an object whole, in usable packs.
bool has_object(const Codec& codec, const IndexSet& indexes, const ReachableObject& object,
                const IndexSet::PackFilter& usable);

class PackUses {
 public:
  /// False when the indexes do not have it.
  bool add(const Codec& codec, const IndexSet& indexes, const Digest& object,
           const IndexSet::PackFilter& usable);
  std::vector<Digest> packs() const;
  /// Sorted by name.
  std::vector<Manifest::PackUse> uses() const;

 private:
  using Range = std::pair<uint32_t, uint32_t>;  // half-open
  void add(const Digest& pack, uint32_t first, uint32_t count);
  std::unordered_map<Digest, std::vector<Range>> packs_;
};

}  // namespace mlo::remote
