#include "remote/certified_objects.hpp"

#include <algorithm>

#include "base/parallel.hpp"

namespace mlo::remote {

CertifiedObjects::CertifiedObjects(Env& env, Remote& remote) : remote_(remote) {
  remote.indexes();
  std::vector<std::string> names;
  remote.backend().list("manifests/", [&](const RemoteFile& file) { names.push_back(file.name); });
  std::vector<std::optional<Manifest>> manifests(names.size());
  parallel_for(
      names.size(),
      [&](size_t i) {
        env.check_cancelled();
        manifests[i] = remote.read_manifest(names[i]);
      },
      remote.jobs(0));
  for (std::optional<Manifest>& manifest : manifests) {
    if (!manifest) continue;
    for (Manifest::PackUse& use : manifest->packs)
      packs_[use.pack].push_back(std::move(use.chunks));
  }
}

bool CertifiedObjects::needed(const Digest& pack, uint32_t first, uint32_t count) const {
  const auto found = packs_.find(pack);
  if (found == packs_.end()) return false;
  return std::any_of(found->second.begin(), found->second.end(), [&](const Ranges& ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
      return range.first <= first && first + count <= range.second;
    });
  });
}

bool CertifiedObjects::has(const Digest& object) const {
  const IndexSet& indexes = remote_.indexes();
  if (const auto place = indexes.find_chunk(remote_.codec().id_of(object))) {
    return needed(place->pack, place->ordinal, 1);
  }
  const auto cut = indexes.find_object(object);
  return cut && std::all_of(cut->runs.begin(), cut->runs.end(),
                            [&](const Run& run) { return needed(run.pack, run.first, run.count); });
}

}  // namespace mlo::remote
