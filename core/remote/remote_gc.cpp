#include "remote/remote_gc.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "remote/pack.hpp"
#include "remote/tombstones.hpp"

namespace mlo::remote {
namespace {

// With so many index files, or one that is replaced, they are merged anyway.
constexpr size_t kManyIndexes = 8;

class RemoteGc {
 public:
  RemoteGc(Env& env, Remote& remote, const RemoteGcOptions& options)
      : env_(env),
        remote_(remote),
        backend_(remote.backend()),
        options_(options),
        jobs_(remote.jobs(options.jobs)) {}

  RemoteGcReport run() {
    remote_.verify();
    tombstones_ = read_tombstones(env_, backend_, jobs_);
    remote_.indexes();
    read_manifests();
    list_packs();
    sort_packs();
    if (!options_.dry_run) {
      drop_manifests();
      std::erase_if(unmarked_, [&](const Digest& pack) { return used_.contains(pack); });
      std::erase_if(doomed_, [&](const Digest& pack) { return used_.contains(pack); });
      revive(used_);
      mark();
      remove();
      clean_indexes();
      remove_old_tombstones();
    }
    merge_indexes();
    return std::move(report_);
  }

 private:
  /// Manifests that were not read before.
  void read_manifests() {
    std::vector<std::string> names;
    backend_.list("manifests/", [&](const RemoteFile& file) {
      if (!manifests_.contains(file.name)) names.push_back(file.name);
    });
    std::vector<std::optional<Manifest>> manifests(names.size());
    parallel_for(
        names.size(),
        [&](size_t i) {
          env_.check_cancelled();
          manifests[i] = remote_.read_manifest(names[i]);
        },
        jobs_);
    for (size_t i = 0; i < names.size(); ++i) {
      if (!manifests[i]) continue;  // removed by another gc
      const Manifest& manifest = *manifests[i];
      const bool young = env_.clock.now() - manifest.time < options_.grace;
      const bool kept = young || options_.keep(manifest);
      manifests_[names[i]] = kept;
      if (!kept) {
        report_.dropped_manifests.push_back(manifest.certifies);
        continue;
      }
      ++report_.kept_manifests;
      for (const Manifest::PackUse& use : manifest.packs) used_.insert(use.pack);
    }
    std::sort(report_.dropped_manifests.begin(), report_.dropped_manifests.end());
  }

  void list_packs() {
    backend_.list("packs/", [&](const RemoteFile& file) {
      std::string hex = file.name.substr(6);
      std::erase(hex, '/');
      if (auto pack = parse_digest(hex); pack && pack_name(*pack) == file.name) {
        packs_[*pack] = file.size;
      }
    });
  }

  void sort_packs() {
    for (const Digest& pack : used_) {
      if (!packs_.contains(pack)) report_.missing_packs.push_back(pack_name(pack));
    }
    for (const auto& [pack, size] : packs_) {
      const auto tombstone = tombstones_.find(pack);
      if (used_.contains(pack)) {
        ++report_.kept_packs;
        report_.kept_bytes += size;
      } else if (tombstone == tombstones_.end() || tombstone->second.deleted) {
        // "deleted" and there: a gc was interrupted, or a push put the same pack again, unaware. Which
        // of the two nobody can tell, so it waits again.
        unmarked_.push_back(pack);
        ++report_.marked_packs;
        report_.marked_bytes += size;
      } else if (env_.clock.now() - tombstone->second.time < options_.grace) {
        ++report_.waiting_packs;
        report_.waiting_bytes += size;
      } else {
        doomed_.insert(pack);
        ++report_.removed_packs;
        report_.removed_bytes += size;
      }
    }
    for (const auto& [pack, tombstone] : tombstones_) {
      if (used_.contains(pack) && packs_.contains(pack)) ++report_.revived_packs;
    }
  }

  void drop_manifests() {
    for (const auto& [name, kept] : manifests_) {
      env_.check_cancelled();
      if (kept) continue;
      // A push may have renewed it since it was read.
      const auto now = remote_.read_manifest(name);
      if (now && env_.clock.now() - now->time < options_.grace) {
        for (const Manifest::PackUse& use : now->packs) used_.insert(use.pack);
        continue;
      }
      backend_.remove(name);
    }
  }

  void revive(const std::unordered_set<Digest>& packs) {
    for (const auto& [pack, tombstone] : tombstones_) {
      if (packs.contains(pack) && packs_.contains(pack)) backend_.remove(tombstone_name(pack));
    }
  }

  void mark() {
    const std::string text = format_tombstone({env_.clock.now(), false});
    parallel_for(
        unmarked_.size(),
        [&](size_t i) { backend_.put(tombstone_name(unmarked_[i]), text, Put::replace); }, jobs_);
  }

  void remove() {
    if (doomed_.empty()) return;
    // Manifests that came while this ran, and whatever they use.
    read_manifests();
    std::erase_if(doomed_, [&](const Digest& pack) { return used_.contains(pack); });
    revive(used_);
    // Out of the indexes first: no push refers to them any more that reads these.
    replace_indexes();
    const std::vector<Digest> doomed(doomed_.begin(), doomed_.end());
    const std::string text = format_tombstone({env_.clock.now(), true});
    parallel_for(
        doomed.size(),
        [&](size_t i) {
          env_.check_cancelled();
          backend_.put(tombstone_name(doomed[i]), text, Put::replace);
          backend_.remove(pack_name(doomed[i]));
        },
        jobs_);
  }

  // A push that merged indexes beside an earlier gc may have brought back a pack that is gone. Who read
  // that index learns of it from the tombstone, for another grace period.
  void clean_indexes() {
    std::vector<Digest> gone;
    for (const Digest& pack : remote_.indexes().packs()) {
      if (!packs_.contains(pack)) gone.push_back(pack);
    }
    if (gone.empty()) return;
    const std::string text = format_tombstone({env_.clock.now(), true});
    for (const Digest& pack : gone) {
      env_.check_cancelled();
      backend_.put(tombstone_name(pack), text, Put::replace);
      tombstones_[pack] = {env_.clock.now(), true};
    }
    replace_indexes();
  }

  void remove_old_tombstones() {
    for (const auto& [pack, tombstone] : tombstones_) {
      const bool old = env_.clock.now() - tombstone.time >= options_.grace;
      if (old && !packs_.contains(pack)) backend_.remove(tombstone_name(pack));
    }
  }

  void merge_indexes() {
    uint64_t size = 0;
    const std::vector<RemoteFile> live = remote_.live_indexes();
    for (const RemoteFile& index : live) size += index.size;
    // Many small ones of a remote that is as large as that stay what they are: readers cope, and so does
    // the merging by pushes, which never takes all.
    const bool worth = live.size() > kManyIndexes && size <= options_.largest_index;
    if (options_.dry_run) {
      report_.replaced_indexes = remote_.superseded_indexes().size();
      return;
    }
    if (worth) replace_indexes();
    for (const std::string& name : remote_.superseded_indexes()) {
      env_.check_cancelled();
      if (backend_.remove(name)) ++report_.replaced_indexes;
    }
  }

  void replace_indexes() {
    const IndexSet& all = remote_.indexes();
    auto stays = [&](const Digest& pack) {
      return packs_.contains(pack) && !doomed_.contains(pack);
    };
    const IndexContent content = all.merged(stays);
    for (const IndexContent& other : all.other_recipes(stays)) remote_.put_index(other);
    remote_.put_index(content);
  }

  Env& env_;
  Remote& remote_;
  Backend& backend_;
  const RemoteGcOptions& options_;
  const unsigned jobs_;
  std::unordered_map<Digest, Tombstone> tombstones_;
  std::map<std::string, bool> manifests_;  ///< whether they stay
  std::unordered_set<Digest> used_, doomed_;
  std::map<Digest, uint64_t> packs_;
  std::vector<Digest> unmarked_;
  RemoteGcReport report_;
};

}  // namespace

RemoteGcReport remote_gc(Env& env, Remote& remote, const RemoteGcOptions& options) {
  return RemoteGc(env, remote, options).run();
}

}  // namespace mlo::remote
