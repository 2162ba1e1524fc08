#include "data/status.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/compare.hpp"
#include "data/evicted.hpp"
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
        store_(workspace.store()),
        selection_(selection),
        index_(repo::StatIndex::load(workspace.stat_index_path())),
        evicted_(Evicted::load(workspace)) {}

  StatusReport run() {
    for (const Tracked& tracked : selection_.pointers) {
      ++report_.pointers;
      if (const auto& source = tracked.pointer.source) {
        report_.imports.push_back({tracked.path, *source});
      }
      in_context("in the status of " + quoted(tracked.path), [&] { look_at(tracked); });
    }
    report_.files = with_renames(std::move(report_.files));
    report_.unreadable = static_cast<uint64_t>(
        std::count_if(report_.files.begin(), report_.files.end(),
                      [](const FileState& file) { return file.state == State::unreadable; }));
    save_if_possible(env_, workspace_, index_);
    return std::move(report_);
  }

 private:
  void look_at(const Tracked& tracked) {
    auto found = scan_file(workspace_, tracked.path, index_);
    bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
    if (!found) {
      bool here = store_.contains(tracked.pointer.digest);
      add({tracked.path,
           here ? State::deleted : State::missing,
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
    if (found.usable() && !found.known) {
      report_.hashed += hash_one(env_, workspace_, tracked.path, found, index_, Unreadable::mark);
    }
    if (found.known && found.digest == tracked.pointer.digest && found.kind != Kind::link) return;
    store::TreeEntry wanted{store::kFileMode, tracked.pointer.digest, tracked.pointer.size, 1, ""};
    add(state_of(workspace_, store_, {tracked.path, wanted, &found}));
  }

  void look_at_tree(const Tracked& tracked) {
    report_.hashed += compare_tree(
        env_, workspace_, tracked, index_, selection_, Hidden::report,
        [&](const Difference& difference) { add(state_of(workspace_, store_, difference)); });
  }

  void add(FileState file) {
    bool away = file.state == State::deleted || file.state == State::missing;
    if (away && evicted_.covers(file.path)) {
      ++report_.evicted;
    } else {
      report_.files.push_back(std::move(file));
    }
  }

  Env& env_;
  repo::Workspace& workspace_;
  store::ObjectStore& store_;
  const Selection& selection_;
  repo::StatIndex index_;
  Evicted evicted_;
  StatusReport report_;
};

}  // namespace

StatusReport status(Env& env, repo::Workspace& workspace, const StatusOptions& options) {
  Selection selection = select(env, workspace, options.paths);
  return Status(env, workspace, selection).run();
}

}  // namespace mlo::data
