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

struct Pointers {
  std::map<std::string, repo::Pointer> known;
  std::vector<std::string> unknown;   ///< paths whose pointer cannot be read
  std::vector<std::string> problems;  ///< and why
};

template <typename Read>
void read_into(Pointers& pointers, const std::string& path, const Read& read) {
  try {
    pointers.known[path] = read();
  } catch (const Error& error) {
    pointers.unknown.push_back(path);
    pointers.problems.push_back(error.message());
  }
}

/// Every pointer of a commit, by path relative to the workspace root.
Pointers pointers_at(repo::Workspace& workspace, const std::string& commit) {
  repo::Git& git = *workspace.git();
  std::string root = workspace.git_path("");
  Pointers pointers;
  for (const repo::GitEntry& entry : git.list_files(commit, root, repo::kPointerSuffix)) {
    std::string file = root.empty() ? entry.path : entry.path.substr(root.size() + 1);
    std::string path = repo::pointed_path(file);
    auto text = path.empty() ? std::nullopt : git.read_file(commit, entry.path);
    if (!text) continue;
    read_into(pointers, path,
              [&] { return repo::parse_pointer(*text, commit.substr(0, 12) + ":" + file); });
  }
  return pointers;
}

Pointers pointers_now(Env& env, repo::Workspace& workspace) {
  Pointers pointers;
  for (const std::string& path : find_pointed_paths(env, workspace)) {
    if (!exists(workspace.absolute(repo::pointer_path(path)))) continue;
    read_into(pointers, path, [&] {
      auto tracked = pointer_for(workspace, path);
      if (!tracked) throw failure(quoted(repo::pointer_path(path)) + " is not a file");
      return tracked->pointer;
    });
  }
  return pointers;
}

class Diff {
 public:
  Diff(Env& env, repo::Workspace& workspace) : env_(env), workspace_(workspace) {}

  DiffReport run(const DiffOptions& options) {
    sort_out(options.arguments);
    Pointers before = report_.from.empty() ? pointers_now(env_, workspace_)
                                           : pointers_at(workspace_, report_.from);
    Pointers after = report_.to.empty()
                         ? (report_.from.empty() ? before : pointers_now(env_, workspace_))
                         : pointers_at(workspace_, report_.to);
    for (const std::string& prefix : wanted_.prefixes) check_known(prefix, before, after);
    std::set<std::string> paths;
    for (const auto& [path, pointer] : before.known) paths.insert(path);
    for (const auto& [path, pointer] : after.known) paths.insert(path);
    for (const Pointers* side : {&before, &after}) {
      for (const std::string& path : side->unknown) paths.erase(path);
      for (const std::string& problem : side->problems) note_problem(problem);
    }
    for (const std::string& path : paths) {
      if (wanted_.touches(path)) compare(path, before, after);
    }
    report_.files = with_renames(std::move(report_.files));
    if (index_) save_if_possible(env_, workspace_, *index_);
    return std::move(report_);
  }

 private:
  /// Both sides may be the same pointers.
  void note_problem(const std::string& problem) {
    auto& all = report_.problems;
    if (std::find(all.begin(), all.end(), problem) == all.end()) all.push_back(problem);
  }

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

  /// A path that neither side nor the work tree has is a spelling mistake.
  void check_known(const std::string& prefix, const Pointers& before, const Pointers& after) {
    if (prefix.empty() || exists(workspace_.absolute(prefix))) return;
    for (const Pointers* side : {&before, &after}) {
      for (const std::string& path : side->unknown) {
        if (relative_to(path, prefix) || relative_to(prefix, path)) return;
      }
      for (const auto& [path, pointer] : side->known) {
        if (relative_to(path, prefix)) return;
        auto inside = relative_to(prefix, path);
        if (inside && pointer.type == repo::Pointer::Type::tree && has(pointer.digest, *inside)) {
          return;
        }
      }
    }
    throw usage("there is no " + quoted(prefix) + " in what is compared",
                "mlo data list -r shows what is tracked now");
  }

  bool has(const Digest& tree, const std::string& inside) {
    store::ObjectStore& store = workspace_.store();
    return !store.contains(tree) || store::find_in_tree(store, tree, inside);
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

  repo::StatIndex& index() {
    if (!index_) index_ = repo::StatIndex::load(workspace_.stat_index_path());
    return *index_;
  }

  void compare(const std::string& path, const Pointers& before, const Pointers& after) {
    auto left = before.known.find(path), right = after.known.find(path);
    const repo::Pointer* from = left == before.known.end() ? nullptr : &left->second;
    const repo::Pointer* to = right == after.known.end() ? nullptr : &right->second;
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
    auto found = scan_file(workspace_, path, index());
    if (!found && from) return change({path, as_entry(*from), std::nullopt});
    if (!found) return;
    if (found->is_directory()) {
      directory_against(path, from);
      return;
    }
    if (!found->known && found->usable()) hash_one(env_, workspace_, path, *found, index());
    if (!found->known) throw unsupported(path, problem_text(found->problem, ""));
    store::TreeEntry now{store::kFileMode, found->digest, found->size, 1, ""};
    if (!from) return change({path, std::nullopt, now});
    if (from->type == repo::Pointer::Type::tree) {
      stored_sides(path, from, nullptr);
      return change({path, std::nullopt, now});
    }
    if (from->digest != now.digest) change({path, as_entry(*from), now});
  }

  void directory_against(const std::string& path, const repo::Pointer* from) {
    repo::Pointer before{repo::Pointer::Type::tree, store::hash_tree({}).digest, 0, 0};
    if (from && from->type == repo::Pointer::Type::tree) {
      before = *from;
    } else if (from) {
      // Nothing comparable before: every file of the directory is new.
      change({path, as_entry(*from), std::nullopt});
    }
    store::ObjectStore& store = workspace_.store();
    compare_tree(env_, workspace_, {path, before}, index(), wanted_, Hidden::report,
                 [&](const Difference& difference) {
                   report_.files.push_back(state_of(workspace_, store, difference));
                 });
  }

  Env& env_;
  repo::Workspace& workspace_;
  std::optional<repo::StatIndex> index_;  // 60 ms of a million files: not for two commits
  Selection wanted_;
  DiffReport report_;
};

}  // namespace

DiffReport diff(Env& env, repo::Workspace& workspace, const DiffOptions& options) {
  return Diff(env, workspace).run(options);
}

}  // namespace mlo::data
