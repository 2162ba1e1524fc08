#include "store/sweep.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/directory.hpp"

namespace mlo::store {
namespace {

Time time_of(const struct stat& status) {
  return int64_t{status.st_mtim.tv_sec} * kSecond + status.st_mtim.tv_nsec;
}

}  // namespace

size_t packs_to_merge(const std::vector<uint64_t>& ascending, uint64_t limit) {
  size_t small = 0;
  while (small < ascending.size() && ascending[small] < limit / 2) ++small;
  uint64_t below = 0;
  size_t merged = 0;
  for (size_t i = 0; i < small; ++i) {
    // Everything below is written anew as soon as one pack is not twice as large as its sum.
    if (i > 0 && ascending[i] < 2 * below) merged = i + 1;
    below += ascending[i];
  }
  return merged;
}

Sweep::Sweep(Env& env, ObjectStore& store, const Marker& marked, const Marker& leased,
             const GcOptions& options, GcReport& report)
    : env_(env),
      store_(store),
      marked_(marked),
      leased_(leased),
      options_(options),
      report_(report),
      before_(env.clock.now() - options.grace),
      trash_(env, store) {}

void Sweep::plan() {
  plan_packs();
  plan_loose();
  if (options_.max_size) plan_eviction();
  plan_merge();
}

bool Sweep::is_dead(const Digest& digest, Time fresh) const {
  return fresh <= before_ && !marked_.marked().contains(digest);
}

// Counts one object.
Sweep::Verdict Sweep::judge(const Digest& digest, uint64_t size, Time fresh, GcGroup& group) {
  bool keep = marked_.marked().contains(digest);
  bool young = fresh > before_;
  auto& objects = keep    ? report_.kept_objects
                  : young ? report_.young_objects
                          : report_.removed_objects;
  auto& bytes = keep ? report_.kept_bytes : young ? report_.young_bytes : report_.removed_bytes;
  ++objects;
  bytes += size;
  if (keep) return Verdict::kept;
  if (young) return Verdict::young;
  group.oldest = group.objects == 0 ? fresh : std::min(group.oldest, fresh);
  group.newest = std::max(group.newest, fresh);
  ++group.objects;
  group.bytes += size;
  return Verdict::dead;
}

void Sweep::plan_packs() {
  for (const auto& pack : store_.packs().all()) {
    env_.check_cancelled();
    auto status = stat_of(pack->pack_file());
    if (!status) continue;
    PlannedPack planned;
    planned.pack = pack;
    planned.fresh = time_of(*status);
    planned.live_bytes = kPackHeader;
    GcGroup group{pack->name() + ".pack", 0, 0, 0, 0};
    for (size_t i = 0; i < pack->size(); ++i) {
      PackEntry entry = pack->entry(i);
      Verdict verdict = judge(entry.digest, entry.size, planned.fresh, group);
      planned.has_dead = planned.has_dead || verdict == Verdict::dead;
      planned.has_young = planned.has_young || verdict == Verdict::young;
      if (verdict != Verdict::dead) planned.live_bytes += kRecordHeader + entry.size;
    }
    report_.store_bytes += planned.live_bytes;
    if (planned.has_dead) report_.groups.push_back(std::move(group));
    packs_.push_back(std::move(planned));
  }
}

void Sweep::plan_loose() {
  GcGroup group{"loose", 0, 0, 0, 0};
  for_each_loose(store_.path(), "", [&](const std::string& file, const Digest* digest) {
    auto status = digest != nullptr ? stat_of(file) : std::nullopt;
    if (!status || !S_ISREG(status->st_mode)) return;
    PlannedLoose object{*digest, static_cast<uint64_t>(status->st_size), time_of(*status)};
    if (judge(object.digest, object.size, object.fresh, group) == Verdict::dead) {
      dead_loose_.push_back(object.digest);
      return;
    }
    report_.store_bytes += object.size;
    if (options_.max_size) live_loose_.push_back(object);
  });
  if (group.objects > 0) report_.groups.push_back(std::move(group));
}

// Asked last: it may cost a look into the index of a remote.
bool Sweep::may_evict(const Digest& digest) const {
  return marked_.marked().contains(digest) && !marked_.is_opened_tree(digest) &&
         !leased_.marked().contains(digest) && options_.held_elsewhere &&
         options_.held_elsewhere(digest);
}

// Loose objects and packs in the order of their last use; of a pack everything that may go goes at
// once, because its objects share one time.
void Sweep::plan_eviction() {
  struct Candidate {
    Time fresh;
    size_t loose, pack;
  };
  constexpr size_t kNone = SIZE_MAX;
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < live_loose_.size(); ++i) {
    candidates.push_back({live_loose_[i].fresh, i, kNone});
  }
  for (size_t i = 0; i < packs_.size(); ++i) candidates.push_back({packs_[i].fresh, kNone, i});
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.fresh < b.fresh; });
  for (const Candidate& candidate : candidates) {
    if (report_.store_bytes <= *options_.max_size) break;
    env_.check_cancelled();
    if (candidate.pack != kNone) {
      evict_from(packs_[candidate.pack], report_.store_bytes - *options_.max_size);
      continue;
    }
    const PlannedLoose& object = live_loose_[candidate.loose];
    if (!may_evict(object.digest)) continue;
    evicted_.insert(object.digest);
    ++report_.evicted_objects;
    report_.evicted_bytes += object.size;
    report_.store_bytes -= object.size;
  }
  // What stays of the evicted ones in no pack and no file must not be called kept.
  report_.kept_objects -= report_.evicted_objects;
  report_.kept_bytes -= report_.evicted_bytes;
}

void Sweep::evict_from(PlannedPack& planned, uint64_t wanted) {
  uint64_t freed = 0;
  for (size_t i = 0; i < planned.pack->size() && freed < wanted; ++i) {
    PackEntry entry = planned.pack->entry(i);
    if (!may_evict(entry.digest)) continue;
    evicted_.insert(entry.digest);
    planned.has_evicted = true;
    planned.live_bytes -= kRecordHeader + entry.size;
    freed += kRecordHeader + entry.size;
    ++report_.evicted_objects;
    report_.evicted_bytes += entry.size;
  }
  report_.store_bytes -= freed;
}

// A pack has one time for all its objects, and a new one is young: a pack with young garbage would
// never grow old if it were merged again and again.
void Sweep::plan_merge() {
  std::vector<PlannedPack*> mergeable;
  for (PlannedPack& planned : packs_) {
    bool vanishes = planned.live_bytes <= kPackHeader;
    if (!vanishes && !planned.has_young) mergeable.push_back(&planned);
  }
  std::sort(mergeable.begin(), mergeable.end(), [](const PlannedPack* a, const PlannedPack* b) {
    return a->live_bytes < b->live_bytes;
  });
  std::vector<uint64_t> sizes;
  for (const PlannedPack* planned : mergeable) sizes.push_back(planned->live_bytes);
  size_t merged = packs_to_merge(sizes, store_.pack_limit());
  for (size_t i = 0; i < merged; ++i) mergeable[i]->merge = true;
  report_.merged_packs = merged;
}

void Sweep::execute() {
  rewrite_packs();
  remove_loose();
  take_orphan_packs();
  trash_.sync();
  report_.trash_id = trash_.id();
}

// The new packs are durable before the first old one goes.
void Sweep::rewrite_packs() {
  for (const PlannedPack& planned : packs_) {
    if (!planned.rewritten()) continue;
    env_.check_cancelled();
    for (size_t i = 0; i < planned.pack->size(); ++i) {
      PackEntry entry = planned.pack->entry(i);
      bool goes = is_dead(entry.digest, planned.fresh) || evicted_.contains(entry.digest);
      if (!goes && written_.insert(entry.digest).second) copy_entry(*planned.pack, entry);
    }
  }
  publish();
  retire_packs();
}

void Sweep::copy_entry(const Pack& pack, const PackEntry& entry) {
  std::span<const std::byte> bytes = pack.mapping()->bytes().subspan(entry.offset, entry.size);
  if (sha256(bytes) != entry.digest) throw damaged_object(entry.digest, pack.pack_file());
  if (!writer_) writer_ = std::make_unique<PackWriter>(env_, store_.path());
  writer_->add(entry.digest, as_text(bytes));
  if (writer_->bytes() >= store_.pack_limit()) full_.push_back(std::move(writer_));
}

void Sweep::publish() {
  if (writer_) full_.push_back(std::move(writer_));
  for (auto& pack : full_) {
    pack->finish();
    pack->publish();
  }
}

// The indexes go first, durably: no reader may find an index without its pack. A pack that loses
// nothing, or only what was evicted, is needed by no undo.
void Sweep::retire_packs() {
  std::vector<const PlannedPack*> old;
  for (const PlannedPack& planned : packs_) {
    // The same objects in the same order have the same name: already replaced.
    auto same = [&](const auto& fresh) { return fresh->name() == planned.pack->name(); };
    if (planned.rewritten() && std::none_of(full_.begin(), full_.end(), same)) {
      old.push_back(&planned);
    }
  }
  if (old.empty()) return;
  for (const char* suffix : {".idx", ".pack"}) {
    for (const PlannedPack* planned : old) {
      std::string file = "packs/" + planned->pack->name() + suffix;
      if (planned->has_dead) {
        trash_.take(file);
      } else {
        env_.files.unlink(store_.inside(file));
      }
    }
    sync_directory(env_.files, store_.inside("packs"));
  }
}

void Sweep::remove_loose() {
  for (const Digest& digest : dead_loose_) trash_.take(loose_name(digest));
  std::set<std::string> directories;
  for (const PlannedLoose& object : live_loose_) {
    if (!evicted_.contains(object.digest)) continue;
    std::string file = store_.inside(loose_name(object.digest));
    env_.files.unlink(file);
    directories.emplace(parent_path(file));
  }
  for (const std::string& directory : directories) sync_directory(env_.files, directory);
}

// Packs without an index: a batch or a gc died between two renames. To the trash rather than away,
// so that undoing that gc finds them.
void Sweep::take_orphan_packs() {
  for (const std::string& name : names_in(store_.inside("packs"))) {
    if (!name.ends_with(".pack")) continue;
    std::string stem = name.substr(0, name.size() - 5);
    if (!exists(store_.inside("packs/" + stem + ".idx"))) trash_.take("packs/" + name);
  }
}

}  // namespace mlo::store
