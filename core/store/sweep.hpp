// The second half of gc: what goes, what moves into fewer packs, what is evicted. First a plan, then
// its execution; a dry run ends with the plan. The plan holds numbers per pack and the digests of
// loose objects only: memory does not grow with the number of packed objects.
#pragma once

#include <memory>
#include <unordered_set>
#include <vector>

#include "store/gc.hpp"
#include "store/mark.hpp"
#include "store/pack.hpp"
#include "store/trash.hpp"

namespace mlo::store {

class Sweep {
 public:
  /// `leased`: what running processes hold; it is among the marked, too.
  Sweep(Env& env, ObjectStore& store, const Marker& marked, const Marker& leased,
        const GcOptions& options, GcReport& report);
  /// Fills the report's numbers.
  void plan();
  /// True when anything would be taken out for being unreferenced.
  bool removes() const { return report_.removed_objects > 0; }
  void execute();

 private:
  struct PlannedPack {
    std::shared_ptr<const Pack> pack;
    Time fresh = 0;
    uint64_t live_bytes = 0;  ///< with the headers of their records
    /// Young ones are unreferenced, too, but inside the grace period.
    bool has_dead = false, has_young = false, has_evicted = false, merge = false;
    bool rewritten() const { return has_dead || has_evicted || merge; }
  };
  struct PlannedLoose {
    Digest digest;
    uint64_t size = 0;
    Time fresh = 0;
  };

  enum class Verdict { kept, young, dead };
  Verdict judge(const Digest& digest, uint64_t size, Time fresh, GcGroup& group);
  bool is_dead(const Digest& digest, Time fresh) const;
  bool may_evict(const Digest& digest) const;
  void plan_packs();
  void plan_loose();
  void plan_eviction();
  void evict_from(PlannedPack& planned, uint64_t wanted);
  void plan_merge();
  void rewrite_packs();
  void copy_entry(const Pack& pack, const PackEntry& entry);
  void publish();
  void retire_packs();
  void remove_loose();
  void take_orphan_packs();

  Env& env_;
  ObjectStore& store_;
  const Marker& marked_;
  const Marker& leased_;
  const GcOptions& options_;
  GcReport& report_;
  Time before_;
  Trash trash_;
  std::vector<PlannedPack> packs_;
  std::vector<Digest> dead_loose_;
  std::vector<PlannedLoose> live_loose_;  ///< only with max_size
  std::unordered_set<Digest> evicted_;
  std::unique_ptr<PackWriter> writer_;
  std::vector<std::unique_ptr<PackWriter>> full_;
  std::unordered_set<Digest> written_;
};

/// Which of packs of these sizes, given in ascending order, are written into one: a prefix, its
/// length is returned (0 or at least 2). Sizes from half of `limit` on are left alone.
size_t packs_to_merge(const std::vector<uint64_t>& ascending, uint64_t limit);

}  // namespace mlo::store
