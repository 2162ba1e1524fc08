#include "data/status.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/compare.hpp"
#include "data/pointers.hpp"
#include "data/scan.hpp"
#include "data/work_file.hpp"

namespace mlo::data {
namespace {

class Status {
 public:
  Status(Env& env, repo::Workspace& workspace, const Selection& selection)
      : env_(env),
        workspace_(workspace),
        selection_(selection),
        index_(repo::StatIndex::load(workspace.stat_index_path())) {}

  StatusReport run() {
    for (const Tracked& tracked : selection_.pointers) {
      ++report_.pointers;
      if (const auto& source = tracked.pointer.source) {
        report_.imports.push_back({tracked.path, *source});
      }
      in_context("in the status of " + quoted(tracked.path), [&] { look_at(tracked); });
    }
    report_.files = with_renames(std::move(report_.files));
    save_if_possible(env_, workspace_, index_);
    return std::move(report_);
  }

 private:
  void look_at(const Tracked& tracked) {
    auto found = scan_file(workspace_, tracked.path, index_);
    bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
    if (!found) {
      bool stored = workspace_.store().contains(tracked.pointer.digest);
      add({tracked.path,
           stored ? State::deleted : State::missing,
           tracked.pointer.digest,
           tracked.pointer.size,
           {}});
    } else if (found->is_directory() != tree) {
      add({tracked.path, State::modified, {}, found->size, {}});
    } else if (tree) {
      look_at_tree(tracked);
    } else {
      look_at_file(tracked, *found);
    }
  }

  void look_at_file(const Tracked& tracked, ScanEntry& found) {
    if (found.problem.empty() && !found.digest) {
      report_.hashed += hash_one(env_, workspace_, tracked.path, found, index_);
    }
    if (found.digest == tracked.pointer.digest && found.mode != store::kSymlinkMode) return;
    store::TreeEntry wanted{store::kFileMode, tracked.pointer.digest, tracked.pointer.size, 1, ""};
    add(state_of(workspace_.store(), {tracked.path, wanted, &found}));
  }

  void look_at_tree(const Tracked& tracked) {
    Scan scan = scan_directory(env_, workspace_, tracked.path, index_);
    hash_files(env_, workspace_, scan, index_);
    build(scan, [](std::string_view bytes) { return sha256(bytes); });
    report_.hashed += scan.hashed;
    if (scan.root.digest == tracked.pointer.digest && !scan.problems()) return;
    if (!workspace_.store().contains(tracked.pointer.digest)) {
      return add({tracked.path, State::missing, tracked.pointer.digest, tracked.pointer.size, {}});
    }
    compare_tree(workspace_.store(), tracked, scan, [&](const Difference& difference) {
      add(state_of(workspace_.store(), difference));
    });
  }

  void add(FileState file) {
    if (selection_.wants(file.path) || covers(file)) report_.files.push_back(std::move(file));
  }
  /// A whole tree that is gone is also the answer for a path inside it.
  bool covers(const FileState& file) const {
    for (const Tracked& tracked : selection_.pointers) {
      if (tracked.path == file.path) return true;
    }
    return false;
  }

  Env& env_;
  repo::Workspace& workspace_;
  const Selection& selection_;
  repo::StatIndex index_;
  StatusReport report_;
};

}  // namespace

StatusReport status(Env& env, repo::Workspace& workspace, const StatusOptions& options) {
  Selection selection = select(env, workspace, options.paths);
  return Status(env, workspace, selection).run();
}

}  // namespace mlo::data
