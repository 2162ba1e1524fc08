#include "data/evict.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/evicted.hpp"
#include "data/tracked_files.hpp"
#include "data/work_file.hpp"

namespace mlo::data {
namespace {

void refuse_uncertified(const EvictOptions& options, const TrackedFiles& files) {
  if (!options.from_store) return;
  std::vector<std::string> missing;
  for (const auto& [path, directory] : files.files) {
    for (const CheckoutItem& item : directory.items) {
      if (options.certified && options.certified(item.digest)) continue;
      missing.push_back(join_path(path, directory.name(item)));
    }
  }
  if (missing.empty()) return;
  throw failure("no remote certifies that it has the content of " + listed(missing),
                "the store's copy may be the last one: push it first, or evict without --store");
}

uint64_t drop_objects(Env& env, repo::Workspace& workspace, const TrackedFiles& files) {
  store::ObjectStore& store = workspace.store_for_writing();
  const store::FileLock lock = store.lock(store::LockKind::exclusive);
  uint64_t dropped = 0;
  for (const auto& [path, directory] : files.files) {
    for (const CheckoutItem& item : directory.items) {
      auto loose = store.loose_path(item.digest);
      if (!loose) continue;
      env.files.unlink(*loose);
      ++dropped;
    }
  }
  return dropped;
}

}  // namespace

EvictReport evict(Env& env, repo::Workspace& workspace, const EvictOptions& options) {
  if (options.paths.empty()) throw usage("nothing to evict", "mlo data evict PATH...");
  repo::WorkspaceLock lock = workspace.lock(options.lock_timeout);
  // What is found stored must still be there when the file goes: no gc in between.
  std::optional<store::FileLock> hold = workspace.store().lock(store::LockKind::shared);
  workspace.store().reload();
  Selection selection = select(env, workspace, options.paths);
  repo::StatIndex index = repo::StatIndex::load(workspace.stat_index_path());
  TrackedFiles files = check_tracked_files(env, workspace, selection, index);
  if (!files.changed.empty()) {
    throw failure(listed(files.changed) + " differs from what is tracked",
                  "keep it with 'mlo data add', or discard it with 'mlo data checkout --force'");
  }
  if (!files.not_stored.empty()) {
    throw failure("the store lacks the content of " + listed(files.not_stored),
                  "'mlo data add' stores it again");
  }
  refuse_uncertified(options, files);
  Evicted evicted = Evicted::load(workspace);
  for (const std::string& path : selection.prefixes) {
    for (const Tracked& tracked : selection.pointers) {
      if (relative_to(path, tracked.path))
        evicted.add(path);
      else if (relative_to(tracked.path, path))
        evicted.add(tracked.path);
    }
  }
  evicted.save(env, workspace);
  unlink_tracked_files(env, workspace, files, selection, index);
  EvictReport report{files.count, files.bytes, 0};
  hold.reset();  // drop_objects takes the exclusive one
  if (options.from_store) report.objects = drop_objects(env, workspace, files);
  save_if_possible(env, workspace, index);
  return report;
}

}  // namespace mlo::data
