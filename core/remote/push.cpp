#include "remote/push.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/pack_uses.hpp"
#include "remote/packer.hpp"
#include "remote/reachable.hpp"
#include "remote/tombstones.hpp"

namespace mlo::remote {
namespace {

// A push that took longer than this since it listed the indexes looks again before it certifies: gc
// may have deleted what they name (remote_gc.hpp says why an hour suffices).
constexpr int64_t kListingAge = 3600 * store::kSecond;
constexpr int kMostRounds = 5;
// An older manifest gets a new time: gc keeps what is young, whatever it knows of the commit.
constexpr int64_t kFreshManifest = 86400 * store::kSecond;

class Push {
 public:
  Push(Env& env, store::ObjectStore& store, Remote& remote, const PushOptions& options)
      : env_(env), store_(store), remote_(remote), options_(options) {}

  PushReport plan() {
    // A remote that nobody pushed to yet has nothing, and a dry run does not make it.
    const bool exists = remote_.exists();
    if (exists) {
      if (auto there = remote_.manifest(options_.certifies)) return certified_by(*there);
    }
    const IndexSet none;
    const IndexSet& indexes = exists ? remote_.indexes() : none;
    const auto codec = exists ? nullptr : plain_codec();
    walk(exists ? &indexes : nullptr);
    count(missing(indexes, exists ? remote_.codec() : *codec, {}));
    return report_;
  }

  PushReport run() {
    if (auto there = remote_.manifest(options_.certifies)) {
      const PushReport report = certified_by(*there);
      if (!report.beyond.empty()) return report;
      if (env_.clock.now() - there->time < kFreshManifest || renewed(*there)) return report;
      how_ = Put::replace;
    }
    remote_.indexes();
    walk(&remote_.indexes());
    for (int round = 0; round < kMostRounds; ++round) {
      send();
      PackUses uses = uses_now();
      if (env_.clock.now() - remote_.listed_at() > kListingAge) {
        remote_.refresh();
        continue;
      }
      if (!avoid_tombstones(uses)) {
        certify(uses);
        return report_;
      }
    }
    throw failure(
        "gc deletes from " + quoted(remote_.backend().url()) + " faster than this push can add",
        "wait until 'mlo gc --remote' is done there, or raise its --grace");
  }

 private:
  PushReport certified_by(const Manifest& there) const {
    PushReport report;
    std::unordered_set<Digest> named;
    for (const store::Root& root : there.roots) named.insert(root.digest);
    for (const store::Root& root : options_.roots) {
      if (!named.contains(root.digest)) report.beyond.push_back(root);
    }
    report.nothing_new = report.beyond.empty();
    return report;
  }

  /// False when gc is about to delete what it names: then everything is looked at and sent again.
  bool renewed(Manifest& manifest) {
    manifest.time = env_.clock.now();
    remote_.put_manifest(manifest, Put::replace);
    const std::unordered_set<Digest> doomed = tombstoned_packs(remote_.backend());
    return std::none_of(manifest.packs.begin(), manifest.packs.end(),
                        [&](const Manifest::PackUse& use) { return doomed.contains(use.pack); });
  }

  // Trees that are not here may be in the remote: a partial clone pushes what it changed.
  void walk(const IndexSet* indexes) {
    auto obtain = [&](const Digest& digest) {
      return indexes != nullptr && !remote_.fetch(env_, store_, std::span(&digest, 1)).empty();
    };
    everything_ = reachable(env_, store_, options_.roots, obtain);
  }

  IndexSet::PackFilter usable() const {
    if (avoided_.empty()) return {};
    return [this](const Digest& pack) { return !avoided_.contains(pack); };
  }

  std::vector<ReachableObject> missing(const IndexSet& indexes, const Codec& codec,
                                       const IndexSet::PackFilter& filter) const {
    std::vector<ReachableObject> missing;
    for (const ReachableObject& object : everything_.objects) {
      if (has_object(codec, indexes, object, filter)) continue;
      auto stat = store_.stat(object.digest);
      if (!stat) throw lost(object.digest);
      missing.push_back({object.digest, stat->size});
    }
    return missing;
  }

  Error lost(const Digest& digest) const {
    return failure("object sha256:" + digest.brief() + " is neither here nor in remote " +
                       quoted(remote_.config().name),
                   "mlo fetch it from where it is, or 'mlo data add' the file again");
  }

  void count(const std::vector<ReachableObject>& objects) {
    for (const ReachableObject& object : objects) {
      ++report_.objects;
      report_.bytes += object.size;
    }
  }

  void send() {
    const std::vector<ReachableObject> objects =
        missing(remote_.indexes(), remote_.codec(), usable());
    if (report_.objects == 0) count(objects);
    if (objects.empty()) return;
    uint64_t total = 0;
    for (const ReachableObject& object : objects) total += object.size;
    TransferProgress progress(env_, "pushing", total);
    Packer packer(env_, store_, remote_,
                  {.jobs = remote_.jobs(options_.jobs),
                   .pack_size = options_.pack_size,
                   .packs_per_index = options_.packs_per_index,
                   .usable = usable(),
                   .salt = !avoided_.empty()},
                  progress);
    packer.add(objects);
    packer.finish();
    report_.packs += packer.packs();
    report_.stored_bytes += packer.stored_bytes();
    created_.insert(packer.created().begin(), packer.created().end());
  }

  PackUses uses_now() {
    PackUses uses;
    const IndexSet::PackFilter filter = usable();
    for (const ReachableObject& object : everything_.objects) {
      if (!uses.add(remote_.codec(), remote_.indexes(), object.digest, filter)) {
        throw lost(object.digest);
      }
    }
    return uses;
  }

  /// Whether packs that the manifest would name are about to be deleted. No request when all of
  /// them are this push's own.
  bool avoid_tombstones(const PackUses& uses) {
    const std::vector<Digest> packs = uses.packs();
    auto own = [&](const Digest& pack) { return created_.contains(pack); };
    if (std::all_of(packs.begin(), packs.end(), own)) return false;
    const std::unordered_set<Digest> doomed = tombstoned_packs(remote_.backend());
    bool any = false;
    for (const Digest& pack : packs) any = doomed.contains(pack) || any;
    if (any) avoided_.insert(doomed.begin(), doomed.end());
    return any;
  }

  void certify(const PackUses& uses) {
    remote_.merge_indexes(options_.most_indexes);
    Manifest manifest;
    manifest.certifies = options_.certifies;
    manifest.time = env_.clock.now();
    manifest.roots = everything_.roots;
    for (const RemoteFile& index : remote_.live_indexes()) manifest.indexes.push_back(index.name);
    manifest.packs = uses.uses();
    remote_.put_manifest(manifest, how_);
  }

  Env& env_;
  store::ObjectStore& store_;
  Remote& remote_;
  const PushOptions& options_;
  Put how_ = Put::create;
  Reachable everything_;
  std::unordered_set<Digest> avoided_;  ///< tombstoned packs
  std::unordered_set<Digest> created_;
  PushReport report_;
};

}  // namespace

PushReport push(Env& env, store::ObjectStore& store, Remote& remote, const PushOptions& options) {
  Push push(env, store, remote, options);
  return options.dry_run ? push.plan() : push.run();
}

}  // namespace mlo::remote
