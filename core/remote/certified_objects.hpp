// Which objects some manifest of a remote certifies: what may leave this machine, as it can come back.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "base/env.hpp"
#include "remote/remote.hpp"

namespace mlo::remote {

class CertifiedObjects {
 public:
  /// Reads all indexes and manifests: one request for each that is not cached.
  CertifiedObjects(Env& env, Remote& remote);
  /// Whether a manifest needs the very chunks that make up this object. Then everything below it is
  /// certified as well, if it is a tree. A false "no" is possible, a false "yes" is not.
  bool has(const Digest& object) const;

 private:
  using Ranges = std::vector<std::pair<uint32_t, uint32_t>>;  // half-open
  bool needed(const Digest& pack, uint32_t first, uint32_t count) const;
  Remote& remote_;
  std::unordered_map<Digest, std::vector<Ranges>> packs_;
};

}  // namespace mlo::remote
