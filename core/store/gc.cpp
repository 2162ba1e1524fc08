#include "store/gc.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/lease.hpp"
#include "store/mark.hpp"
#include "store/pack.hpp"
#include "store/sweep.hpp"
#include "store/trash.hpp"

namespace mlo::store {
namespace {

void mark_roots(Env& env, std::span<RootSource* const> sources, const GcOptions& options,
                Marker& marker, GcReport& report) {
  for (RootSource* source : sources) {
    source->roots(env, [&](const Root& root) {
      env.check_cancelled();
      ++report.roots;
      uint64_t objects = marker.objects();
      uint64_t bytes = marker.bytes();
      marker.mark(root);
      objects = marker.objects() - objects;
      if (options.attribute && objects > 0) {
        report.keepers.push_back({root.referrer, objects, marker.bytes() - bytes});
      }
    });
  }
}

void mark_leases(Env& env, const ObjectStore& store, const GcOptions& options, Marker& marker) {
  for (const LeaseInfo& lease : list_leases(store)) {
    if (!lease.held) {
      if (!options.dry_run) env.files.unlink(lease.file);
      continue;
    }
    for (const Digest& digest : lease.objects) marker.mark({digest, RootKind::any, lease.what});
  }
}

/// Missing objects that are trees, or may be, and of which nobody says what they name.
std::vector<Root> unknown_trees(const std::vector<Root>& missing, const GcOptions& options) {
  std::vector<Root> unknown;
  if (options.missing_ok) return unknown;
  for (const Root& root : missing) {
    if (root.kind == RootKind::blob || root.may_be_absent) continue;
    bool held = options.held_elsewhere && options.held_elsewhere(root.digest);
    if (!held) unknown.push_back(root);
  }
  return unknown;
}

Error unknown_children(const Root& tree, size_t count) {
  std::string more = count > 1 ? " and " + std::to_string(count - 1) + " more" : "";
  return failure(
      "gc removes nothing: object sha256:" + tree.digest.brief() + more +
          " is not in this store, so what it may refer to is unknown (" + quoted(tree.referrer) +
          " refers to it)",
      "fetch it; or, if only old commits need it, mlo gc --tips; or mlo gc --missing-ok, "
      "if what it refers to may go");
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
  for (const PackSet::Broken& broken : store.packs().broken()) {
    throw failure(broken.reason, "run 'mlo fsck'; gc changes nothing while a pack is damaged");
  }
  GcReport report;
  Marker marker(store), leased(store);
  mark_roots(env, sources, options, marker, report);
  mark_leases(env, store, options, marker);
  if (options.max_size) mark_leases(env, store, options, leased);
  report.missing = marker.missing();
  Sweep sweep(env, store, marker, leased, options, report);
  sweep.plan();
  if (sweep.removes()) report.unknown = unknown_trees(report.missing, options);
  if (options.dry_run) return report;
  if (!report.unknown.empty()) {
    throw unknown_children(report.unknown.front(), report.unknown.size());
  }
  sweep.execute();
  empty_old_trash(env, store, options, report);
  store.reload();
  return report;
}

}  // namespace mlo::store
