#include "store/gc.hpp"

#include <cerrno>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/directory.hpp"
#include "store/lease.hpp"
#include "store/mark.hpp"
#include "store/pack.hpp"
#include "store/trash.hpp"

namespace mlo::store {
namespace {

// Beyond this many packs, those below kSmallPack are merged: a miss asks every pack, and opening
// one costs about 20 us.
constexpr size_t kMostPacks = 64;
constexpr uint64_t kSmallPack = 4 << 20;

Time time_of(const struct stat& status) {
  return int64_t{status.st_mtim.tv_sec} * kSecond + status.st_mtim.tv_nsec;
}

class Sweep {
 public:
  Sweep(Env& env, ObjectStore& store, const std::unordered_set<Digest>& marked,
        const GcOptions& options, GcReport& report)
      : env_(env),
        store_(store),
        marked_(marked),
        options_(options),
        report_(report),
        before_(env.clock.now() - options.grace),
        trash_(env, store) {}

  void run() {
    sweep_packs();
    sweep_loose();
    if (options_.dry_run) return;
    take_orphan_packs();
    trash_.sync();
    report_.trash_id = trash_.id();
  }

 private:
  // Counts one object; true when it has to go.
  bool judge(const Digest& digest, uint64_t size, Time fresh) {
    bool keep = marked_.contains(digest);
    bool young = fresh > before_;
    auto& objects = keep    ? report_.kept_objects
                    : young ? report_.young_objects
                            : report_.removed_objects;
    auto& bytes = keep ? report_.kept_bytes : young ? report_.young_bytes : report_.removed_bytes;
    ++objects;
    bytes += size;
    return !keep && !young;
  }

  void sweep_loose() {
    std::vector<std::string> dead;
    for_each_loose(store_.path(), "", [&](const std::string& file, const Digest* digest) {
      auto status = digest != nullptr ? stat_of(file) : std::nullopt;
      if (!status || !S_ISREG(status->st_mode)) return;
      if (judge(*digest, static_cast<uint64_t>(status->st_size), time_of(*status))) {
        dead.push_back(loose_name(*digest));
      }
    });
    if (options_.dry_run) return;
    for (const std::string& name : dead) trash_.take(name);
  }

  // A pack is rewritten when a part of it is dead, or when it is one of too many small ones.
  void sweep_packs() {
    auto packs = store_.packs().all();
    std::vector<std::shared_ptr<const Pack>> old;
    std::unique_ptr<PackWriter> writer;
    std::unordered_set<Digest> written;
    for (const auto& pack : packs) {
      env_.check_cancelled();
      auto status = stat_of(pack->pack_file());
      if (!status) continue;
      std::vector<PackEntry> live;
      bool any_dead = false;
      for (size_t i = 0; i < pack->size(); ++i) {
        PackEntry entry = pack->entry(i);
        if (judge(entry.digest, entry.size, time_of(*status))) {
          any_dead = true;
        } else {
          live.push_back(entry);
        }
      }
      bool merge = packs.size() > kMostPacks && pack->pack_size() < kSmallPack;
      if (options_.dry_run || !(any_dead || merge)) continue;
      if (!live.empty() && !writer) writer = std::make_unique<PackWriter>(env_, store_.path());
      for (const PackEntry& entry : live) {
        if (written.insert(entry.digest).second) copy_entry(*pack, entry, *writer);
      }
      old.push_back(pack);
    }
    replace(old, writer.get());
  }

  void copy_entry(const Pack& pack, const PackEntry& entry, PackWriter& writer) {
    std::span<const std::byte> bytes = pack.mapping()->bytes().subspan(entry.offset, entry.size);
    if (sha256(bytes) != entry.digest) throw damaged_object(entry.digest, pack.pack_file());
    writer.add(entry.digest, as_text(bytes));
  }

  // The new pack is durable before the first old one goes. The index goes first: a reader must not
  // find an index without its pack.
  void replace(const std::vector<std::shared_ptr<const Pack>>& old, PackWriter* writer) {
    std::string fresh_name;
    if (writer != nullptr) {
      writer->finish();
      writer->publish();
      fresh_name = writer->name();
    }
    for (const auto& pack : old) {
      if (pack->name() == fresh_name) continue;
      trash_.take("packs/" + pack->name() + ".idx");
      trash_.take("packs/" + pack->name() + ".pack");
    }
  }

  // Packs without an index: a batch or a gc died between two renames. To the trash rather than
  // away, so that undoing that gc finds them.
  void take_orphan_packs() {
    for (const std::string& name : names_in(store_.inside("packs"))) {
      if (!name.ends_with(".pack")) continue;
      std::string stem = name.substr(0, name.size() - 5);
      if (!exists(store_.inside("packs/" + stem + ".idx"))) trash_.take("packs/" + name);
    }
  }

  Env& env_;
  ObjectStore& store_;
  const std::unordered_set<Digest>& marked_;
  const GcOptions& options_;
  GcReport& report_;
  Time before_;
  Trash trash_;
};

void mark_leases(Env& env, const ObjectStore& store, const GcOptions& options, Marker& marker) {
  for (const LeaseInfo& lease : list_leases(store)) {
    if (!lease.held) {
      if (!options.dry_run) env.files.unlink(lease.file);
      continue;
    }
    for (const Digest& digest : lease.objects) marker.mark({digest, RootKind::any, lease.what});
  }
}

void empty_old_trash(Env& env, const ObjectStore& store, const GcOptions& options,
                     GcReport& report) {
  report.emptied_bytes += delete_leftovers(env, store);
  for (const std::string& id : list_trash(store)) {
    bool old = *trash_time(id) < env.clock.now() - options.grace && id != report.trash_id;
    if (old || options.empty_trash) report.emptied_bytes += delete_trash(env, store, id);
  }
  if (options.empty_trash) report.trash_id.clear();
}

}  // namespace

GcReport gc(Env& env, ObjectStore& store, std::span<RootSource* const> sources,
            const GcOptions& options) {
  // A dry run only reads: it may run beside batches.
  FileLock hold = store.lock(options.dry_run ? LockKind::shared : LockKind::exclusive);
  store.reload();
  for (const std::string& broken : store.packs().broken()) {
    throw failure(broken, "run 'mlo fsck'; gc changes nothing while a pack is damaged");
  }
  GcReport report;
  Marker marker(store);
  for (RootSource* source : sources) {
    source->roots(env, [&](const Root& root) {
      env.check_cancelled();
      ++report.roots;
      marker.mark(root);
    });
  }
  mark_leases(env, store, options, marker);
  report.missing = marker.missing();
  Sweep(env, store, marker.marked(), options, report).run();
  if (!options.dry_run) empty_old_trash(env, store, options, report);
  store.reload();
  return report;
}

}  // namespace mlo::store
