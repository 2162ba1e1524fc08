#include "data/move.hpp"

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "data/add_checks.hpp"
#include "data/beneath.hpp"
#include "data/evicted.hpp"
#include "data/publish.hpp"
#include "data/tracked_files.hpp"
#include "data/work_file.hpp"
#include "repo/ignore_rules.hpp"

namespace mlo::data {
namespace {

std::string ignore_file(const std::string& path) {
  return join_path(parent_path(path), ".gitignore");
}

/// Takes the path's line out of its .gitignore; an emptied file stays, as git may track it.
void forget_ignore_line(Env& env, repo::Workspace& workspace, const std::string& path) {
  std::string file = workspace.absolute(ignore_file(path));
  auto text = read_file_if_exists(file);
  if (!text) return;
  std::string rest = repo::without_ignore_line(*text, file_name(path));
  if (rest != *text) write_file_atomically(env.files, file, rest);
}

void remove_pointer(Env& env, repo::Workspace& workspace, const std::string& path) {
  std::string pointer = workspace.absolute(repo::pointer_path(path));
  env.files.unlink(pointer);
  sync_directory(env.files, std::string(parent_path(pointer)));
}

Tracked own_pointer(repo::Workspace& workspace, const std::string& typed) {
  std::string path = workspace.relative(typed);
  if (std::string pointed = repo::pointed_path(path); !pointed.empty()) path = pointed;
  if (auto found = pointer_for(workspace, path)) return *found;
  if (auto above = enclosing_pointer(workspace, path)) {
    throw usage(quoted(typed) + " is a part of " + quoted(above->path),
                "change it there, then: mlo data add '" + printable(above->path) + "'");
  }
  throw usage("mlo does not track " + quoted(typed), "mlo data list shows what it tracks");
}

class Mover {
 public:
  Mover(Env& env, repo::Workspace& workspace, const MoveOptions& options)
      : env_(env), workspace_(workspace), from_(own_pointer(workspace, options.from)) {
    to_ = workspace.relative(options.to);
    bool into = is_directory(workspace.absolute(to_)) && !pointer_for(workspace, to_);
    if (into || options.to.ends_with('/')) to_ = join_path(to_, file_name(from_.path));
  }

  MoveReport run() {
    check();
    Tracked moved{to_, from_.pointer};
    publish_ignore_line(env_, workspace_, to_);
    publish_pointers(env_, workspace_, {&moved, 1});
    move_data();
    follow();
    forget_ignore_line(env_, workspace_, from_.path);
    remove_pointer(env_, workspace_, from_.path);
    MoveReport report{from_.path, to_, {}};
    for (const std::string& file : {ignore_file(from_.path), repo::pointer_path(from_.path),
                                    ignore_file(to_), repo::pointer_path(to_)}) {
      auto& all = report.changed;
      if (std::find(all.begin(), all.end(), file) == all.end()) all.push_back(file);
    }
    return report;
  }

 private:
  void check() {
    if (to_ == from_.path || to_.starts_with(from_.path + "/")) {
      throw usage("cannot move " + quoted(from_.path) + " into itself");
    }
    check_trackable(workspace_, to_);
    refuse_symlinked_parents(workspace_, from_.path);
    if (auto above = enclosing_pointer(workspace_, to_)) {
      throw usage(
          quoted(to_) + " lies inside " + quoted(above->path) + ", which is tracked as a whole",
          "move the files with mv, then: mlo data add '" + printable(above->path) + "'");
    }
    if (!is_directory(workspace_.absolute(parent_path(to_)))) {
      throw usage("there is no directory " + quoted(parent_path(to_)), "mkdir -p makes it");
    }
    // A pointer of the same content is what a move that was killed left.
    auto there = pointer_for(workspace_, to_);
    bool begun = there && there->pointer == from_.pointer;
    bool here = exists(workspace_.absolute(from_.path)), target = exists(workspace_.absolute(to_));
    if ((there && !begun) || (target && (here || !begun))) {
      throw usage(quoted(to_) + " is there already", "remove it, or choose another name");
    }
    if (here) refuse_other_file_system();
  }

  void refuse_other_file_system() {
    auto one = stat_of(workspace_.absolute(from_.path));
    auto other = stat_of(workspace_.absolute(parent_path(to_)));
    if (!one || !other || one->st_dev == other->st_dev) return;
    throw failure(quoted(to_) + " lies on another file system",
                  "copy the data there, mlo data add it, and mlo data remove the old one");
  }

  void move_data() {
    if (!exists(workspace_.absolute(from_.path))) return;
    Beneath beneath(workspace_.root());
    Descriptor old_place = beneath.open(std::string(parent_path(from_.path)));
    Descriptor new_place = beneath.open(std::string(parent_path(to_)));
    env_.files.rename_new({old_place.get(), std::string(file_name(from_.path))},
                          {new_place.get(), std::string(file_name(to_))});
    env_.files.sync(new_place.get(), to_);
    env_.files.sync(old_place.get(), from_.path);
  }

  /// What is known of the files goes with them.
  void follow() {
    Evicted evicted = Evicted::load(workspace_);
    evicted.rename(from_.path, to_);
    evicted.save(env_, workspace_);
    repo::StatIndex index = repo::StatIndex::load(workspace_.stat_index_path());
    index.rename(from_.path, to_);
    save_if_possible(env_, workspace_, index);
  }

  Env& env_;
  repo::Workspace& workspace_;
  Tracked from_;
  std::string to_;
};

/// Whatever lies at the path, tracked or not, is the user's wish.
void remove_by_force(Env& env, repo::Workspace& workspace, const Tracked& tracked) {
  refuse_symlinked_parents(workspace, tracked.path);
  remove_tree(env.files, workspace.absolute(tracked.path));
}

uint64_t remove_data(Env& env, repo::Workspace& workspace, const Tracked& tracked) {
  Selection selection;
  selection.pointers = {tracked};
  selection.prefixes = {tracked.path};
  repo::StatIndex index = repo::StatIndex::load(workspace.stat_index_path());
  const store::FileLock hold = workspace.store().lock(store::LockKind::shared);
  workspace.store().reload();
  TrackedFiles files = check_tracked_files(env, workspace, selection, index);
  std::vector<std::string> lost = files.changed;
  lost.insert(lost.end(), files.not_stored.begin(), files.not_stored.end());
  if (!lost.empty()) {
    throw failure("content that is not stored would be lost: " + listed(lost),
                  "--keep-data leaves the files, 'mlo data add' stores them, --force removes them");
  }
  unlink_tracked_files(env, workspace, files, selection, index);
  save_if_possible(env, workspace, index);
  return files.count;
}

}  // namespace

MoveReport move(Env& env, repo::Workspace& workspace, const MoveOptions& options) {
  repo::WorkspaceLock lock = workspace.lock(options.lock_timeout);
  return Mover(env, workspace, options).run();
}

RemoveReport remove(Env& env, repo::Workspace& workspace, const RemoveOptions& options) {
  repo::WorkspaceLock lock = workspace.lock(options.lock_timeout);
  Tracked tracked = own_pointer(workspace, options.path);
  RemoveReport report{
      tracked.path, 0, {ignore_file(tracked.path), repo::pointer_path(tracked.path)}};
  if (!options.keep_data) {
    if (options.force) {
      remove_by_force(env, workspace, tracked);
    } else {
      report.files = remove_data(env, workspace, tracked);
    }
  }
  Evicted evicted = Evicted::load(workspace);
  evicted.remove(tracked.path);
  evicted.save(env, workspace);
  forget_ignore_line(env, workspace, tracked.path);
  remove_pointer(env, workspace, tracked.path);
  return report;
}

}  // namespace mlo::data
