#include "data/list.hpp"

#include "base/text.hpp"
#include "data/pointers.hpp"
#include "store/tree_walk.hpp"

namespace mlo::data {

ListReport list(Env& env, repo::Workspace& workspace, const ListOptions& options) {
  Selection selection = select(env, workspace, options.paths);
  store::ObjectStore& store = workspace.store();
  ListReport report;
  for (const Tracked& tracked : selection.pointers) {
    const repo::Pointer& pointer = tracked.pointer;
    bool stored = store.contains(pointer.digest);
    bool tree = pointer.type == repo::Pointer::Type::tree;
    if (!tree || !options.recursive || !stored) {
      report.entries.push_back({{tracked.path,
                                 stored ? State::stored : State::missing,
                                 pointer.digest,
                                 pointer.size,
                                 {}},
                                pointer.type,
                                pointer.files,
                                pointer.source});
      continue;
    }
    store::walk_tree(
        store, pointer.digest, [&](const std::string& path, const store::TreeEntry& entry) {
          env.check_cancelled();
          std::string whole = join_path(tracked.path, path);
          if (entry.is_directory() || !selection.wants(whole)) return;
          State state = store.contains(entry.digest) ? State::stored : State::missing;
          report.entries.push_back(
              {{whole, state, entry.digest, entry.size, {}}, repo::Pointer::Type::file, 1});
        });
  }
  return report;
}

}  // namespace mlo::data
