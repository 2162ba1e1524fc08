#include "remote/pack_uses.hpp"

#include <algorithm>

#include "remote/chunker.hpp"

namespace mlo::remote {

bool has_object(const Codec& codec, const IndexSet& indexes, const ReachableObject& object,
                const IndexSet::PackFilter& usable) {
  // A chunk of this content is the object, whatever it was stored for.
  return (object.size > kWholeFile && indexes.find_object(object.digest, usable)) ||
         indexes.find_chunk(codec.id_of(object.digest), usable) ||
         (object.size <= kWholeFile && indexes.find_object(object.digest, usable));
}

// Neighbours come one after the other: most calls only lengthen the last range.
void PackUses::add(const Digest& pack, uint32_t first, uint32_t count) {
  std::vector<Range>& ranges = packs_[pack];
  if (!ranges.empty() && ranges.back().second == first) {
    ranges.back().second += count;
  } else {
    ranges.emplace_back(first, first + count);
  }
}

bool PackUses::add(const Codec& codec, const IndexSet& indexes, const Digest& object,
                   const IndexSet::PackFilter& usable) {
  if (auto place = indexes.find_chunk(codec.id_of(object), usable)) {
    add(place->pack, place->ordinal, 1);
    return true;
  }
  auto cut = indexes.find_object(object, usable);
  if (!cut) return false;
  for (const Run& run : cut->runs) add(run.pack, run.first, run.count);
  return true;
}

std::vector<Digest> PackUses::packs() const {
  std::vector<Digest> names;
  for (const auto& [pack, ranges] : packs_) names.push_back(pack);
  return names;
}

std::vector<Manifest::PackUse> PackUses::uses() const {
  std::vector<Manifest::PackUse> uses;
  for (const auto& [pack, found] : packs_) {
    std::vector<Range> ranges = found;
    std::sort(ranges.begin(), ranges.end());
    Manifest::PackUse use{pack, {}};
    for (const Range& range : ranges) {
      if (range.first == range.second) continue;
      if (!use.chunks.empty() && range.first <= use.chunks.back().second) {
        use.chunks.back().second = std::max(use.chunks.back().second, range.second);
      } else {
        use.chunks.push_back(range);
      }
    }
    uses.push_back(std::move(use));
  }
  std::sort(uses.begin(), uses.end(), [](const auto& a, const auto& b) { return a.pack < b.pack; });
  return uses;
}

}  // namespace mlo::remote
