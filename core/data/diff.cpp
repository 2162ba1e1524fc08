#include "data/diff.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "data/compare.hpp"
#include "data/pointers.hpp"
#include "data/work_file.hpp"
#include "store/tree_walk.hpp"

namespace mlo::data {
namespace {

using Pointers = std::map<std::string, repo::Pointer>;

/// Every pointer of a commit, by path relative to the workspace root.
Pointers pointers_at(repo::Workspace& workspace, const std::string& commit) {
  repo::Git& git = *workspace.git();
  std::string root = workspace.git_path("");
  Pointers pointers;
  for (const repo::GitEntry& entry : git.list_files(commit, root, repo::kPointerSuffix)) {
    std::string file = root.empty() ? entry.path : entry.path.substr(root.size() + 1);
    std::string path = repo::pointed_path(file);
    auto text = path.empty() ? std::nullopt : git.read_file(commit, entry.path);
    if (text) pointers[path] = repo::parse_pointer(*text, commit.substr(0, 12) + ":" + file);
  }
  return pointers;
}

Pointers pointers_now(Env& env, repo::Workspace& workspace) {
  Pointers pointers;
  for (const Tracked& tracked : find_pointers(env, workspace)) {
    pointers[tracked.path] = tracked.pointer;
  }
  return pointers;
}

class Diff {
 public:
  Diff(Env& env, repo::Workspace& workspace)
      : env_(env),
        workspace_(workspace),
        index_(repo::StatIndex::load(workspace.stat_index_path())) {}

  DiffReport run(const DiffOptions& options) {
    sort_out(options.arguments);
    Pointers before = report_.from.empty() ? pointers_now(env_, workspace_)
                                           : pointers_at(workspace_, report_.from);
    Pointers after = report_.to.empty()
                         ? (report_.from.empty() ? before : pointers_now(env_, workspace_))
                         : pointers_at(workspace_, report_.to);
    std::set<std::string> paths;
    for (const auto& [path, pointer] : before) paths.insert(path);
    for (const auto& [path, pointer] : after) paths.insert(path);
    for (const std::string& path : paths) {
      if (related(path)) compare(path, before, after);
    }
    report_.files = with_renames(std::move(report_.files));
    save_if_possible(env_, workspace_, index_);
    return std::move(report_);
  }

 private:
  void sort_out(const std::vector<std::string>& arguments) {
    size_t at = 0;
    for (; at < arguments.size() && at < 2 && is_revision(arguments[at]); ++at) {
      (at == 0 ? report_.from : report_.to) = workspace_.git()->resolve(arguments[at]);
    }
    for (; at < arguments.size(); ++at) {
      std::string path = workspace_.relative(arguments[at]);
      if (std::string pointed = repo::pointed_path(path); !pointed.empty()) path = pointed;
      wanted_.prefixes.push_back(path);
    }
    report_.paths = wanted_.prefixes;
  }

  bool is_revision(const std::string& argument) {
    if (argument.starts_with("./") || argument.starts_with('/')) return false;
    std::string path = workspace_.relative(argument);
    if (stat_of(workspace_.absolute(path)) || pointer_for(workspace_, path)) return false;
    if (!workspace_.git()) {
      throw usage("no file " + quoted(argument) + ", and revisions need a git repository");
    }
    if (enclosing_pointer(workspace_, path)) return false;
    workspace_.git()->resolve(argument);  // throws "unknown revision"
    return true;
  }

  /// A pointer whose path has to do with what the user asked for.
  bool related(const std::string& path) const {
    if (wanted_.wants(path)) return true;
    return std::any_of(wanted_.prefixes.begin(), wanted_.prefixes.end(),
                       [&](const std::string& prefix) { return prefix.starts_with(path + "/"); });
  }

  void compare(const std::string& path, const Pointers& before, const Pointers& after) {
    auto left = before.find(path), right = after.find(path);
    const repo::Pointer* from = left == before.end() ? nullptr : &left->second;
    const repo::Pointer* to = right == after.end() ? nullptr : &right->second;
    in_context("in the diff of " + quoted(path), [&] {
      if (report_.to.empty()) {
        against_work_tree(path, from);
      } else if (!from || !to || !from->same_content(*to)) {
        stored_sides(path, from, to);
      }
    });
  }

  static store::TreeEntry as_entry(const repo::Pointer& pointer) {
    bool tree = pointer.type == repo::Pointer::Type::tree;
    return {tree ? store::kDirectoryMode : store::kFileMode, pointer.digest, pointer.size,
            pointer.files, ""};
  }

  static std::optional<Digest> tree_of(const repo::Pointer* pointer) {
    bool tree = pointer && pointer->type == repo::Pointer::Type::tree;
    return tree ? std::optional(pointer->digest) : std::nullopt;
  }

  void stored_sides(const std::string& path, const repo::Pointer* from, const repo::Pointer* to) {
    auto file = [](const repo::Pointer* pointer) {
      return pointer && pointer->type == repo::Pointer::Type::file;
    };
    if (file(from) || file(to)) {
      change({path, file(from) ? std::optional(as_entry(*from)) : std::nullopt,
              file(to) ? std::optional(as_entry(*to)) : std::nullopt});
    }
    store::diff_trees(workspace_.store(), tree_of(from), tree_of(to),
                      [&](const store::TreeChange& each) {
                        change({join_path(path, each.path), each.before, each.after});
                      });
  }

  void change(const store::TreeChange& each) {
    if (!wanted_.wants(each.path)) return;
    const auto& shown = each.after ? each.after : each.before;
    State state = !each.before ? State::added : !each.after ? State::deleted : State::modified;
    FileState file{each.path, state, shown->digest, shown->size, {}};
    if (shown->is_directory()) file.digest.reset();
    if (state == State::modified) file.before = content_before(*each.before, each.after->mode);
    report_.files.push_back(std::move(file));
  }

  void against_work_tree(const std::string& path, const repo::Pointer* from) {
    auto found = scan_file(workspace_, path, index_);
    if (!found && from) return change({path, as_entry(*from), std::nullopt});
    if (!found) return;
    if (found->is_directory()) {
      directory_against(path, from);
      return;
    }
    if (!found->digest && found->problem.empty()) {
      hash_one(env_, workspace_, path, *found, index_);
    }
    if (!found->digest) throw unsupported(path, found->problem);
    store::TreeEntry now{store::kFileMode, *found->digest, found->size, 1, ""};
    if (!from) return change({path, std::nullopt, now});
    if (from->type == repo::Pointer::Type::tree) {
      stored_sides(path, from, nullptr);
      return change({path, std::nullopt, now});
    }
    if (from->digest != now.digest) change({path, as_entry(*from), now});
  }

  void directory_against(const std::string& path, const repo::Pointer* from) {
    Scan scan = scan_directory(env_, workspace_, path, index_);
    hash_files(env_, workspace_, scan, index_);
    build(scan, [](std::string_view bytes) { return sha256(bytes); });
    repo::Pointer pointer;
    if (from && from->type == repo::Pointer::Type::tree) {
      pointer = *from;
      if (pointer.digest == scan.root.digest && !scan.problems()) return;
    } else {
      // Nothing comparable before: every file of the directory is new.
      if (from) change({path, as_entry(*from), std::nullopt});
      for (const ScanDirectory& each : scan.directories) {
        for (const ScanEntry& entry : each.entries) {
          if (entry.is_directory() || !entry.digest) continue;
          change({join_path(each.path, entry.name), std::nullopt,
                  store::TreeEntry{entry.mode, *entry.digest, entry.size, 1, entry.name}});
        }
      }
      return;
    }
    compare_tree(workspace_.store(), {path, pointer}, scan, [&](const Difference& difference) {
      if (wanted_.wants(difference.path)) {
        report_.files.push_back(state_of(workspace_.store(), difference));
      }
    });
  }

  Env& env_;
  repo::Workspace& workspace_;
  repo::StatIndex index_;
  Selection wanted_;
  DiffReport report_;
};

}  // namespace

DiffReport diff(Env& env, repo::Workspace& workspace, const DiffOptions& options) {
  return Diff(env, workspace).run(options);
}

}  // namespace mlo::data
