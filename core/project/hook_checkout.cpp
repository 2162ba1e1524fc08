// post-checkout and post-merge: the data that goes with the commit that git just put there.
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/checkout.hpp"
#include "project/hook_parts.hpp"
#include "repo/pointer.hpp"

namespace mlo::project {
namespace {

/// Path of a pointer -> id of its blob.
using Pointers = std::map<std::string, std::string>;

Pointers by_path(std::vector<repo::GitEntry> entries) {
  Pointers pointers;
  for (repo::GitEntry& entry : entries) pointers[std::move(entry.path)] = std::move(entry.id);
  return pointers;
}

Pointers pointers_at(repo::Git& git, const std::string& commit) {
  if (is_no_commit(commit)) return {};
  return by_path(git.list_files(commit, "", repo::kPointerSuffix));
}

/// Below the root of one workspace and in no deeper one.
std::vector<std::string> pointers_of(HookCall& call, repo::Workspace& workspace,
                                     const std::vector<std::string>& changed) {
  std::vector<std::string> own;
  for (const std::string& path : changed) {
    std::string file = join_path(call.git.work_tree(), path);
    auto below = relative_to(file, workspace.root());
    auto status = stat_of(file);
    if (!below || !status || !S_ISREG(status->st_mode)) continue;
    if (repo::Workspace::find_root(std::string(parent_path(file))) != workspace.root()) continue;
    if (!repo::pointed_path(*below).empty()) own.push_back(*below);
  }
  return own;
}

/// Trying one by one reads the stat index for each.
constexpr size_t kMostSingly = 64;

struct Outcome {
  size_t updated = 0, removed = 0;
  std::vector<std::string> kept;
};

void check_out(HookCall& call, repo::Workspace& workspace, const std::vector<std::string>& pointers,
               Outcome& outcome) {
  data::CheckoutReport done =
      data::checkout(call.env, workspace, {.paths = pointers, .keep_evicted = true});
  for (const data::FileState& file : done.files) {
    if (file.state == data::State::updated) ++outcome.updated;
    if (file.state == data::State::removed) ++outcome.removed;
    if (file.state == data::State::kept) outcome.kept.push_back(file.path);
  }
}

void left(HookCall& call, const std::string& what, const Error& error) {
  if (error.code() == Exit::interrupted) throw error;
  call.warn(what + " left as it was: " + error.message(), error.hint());
}

/// All at once, and where that is refused, each on its own: unsaved changes of one data set are no
/// reason to leave the others behind.
void check_out_each(HookCall& call, repo::Workspace& workspace,
                    const std::vector<std::string>& pointers) {
  Outcome outcome;
  try {
    check_out(call, workspace, pointers, outcome);
  } catch (const Error& error) {
    if (pointers.size() == 1 || pointers.size() > kMostSingly) {
      return left(call, pointers.size() == 1 ? quoted(repo::pointed_path(pointers[0])) : "data",
                  error);
    }
    for (const std::string& pointer : pointers) {
      try {
        check_out(call, workspace, {pointer}, outcome);
      } catch (const Error& one) {
        left(call, quoted(repo::pointed_path(pointer)), one);
      }
    }
  }
  if (outcome.updated + outcome.removed > 0) {
    call.note("data checked out: " + std::to_string(outcome.updated) + " written, " +
              std::to_string(outcome.removed) + " removed");
  }
  if (!outcome.kept.empty()) {
    call.warn(std::to_string(outcome.kept.size()) + " files were kept, as they are not stored: " +
                  quoted(outcome.kept.front()) + (outcome.kept.size() > 1 ? ", ..." : ""),
              "mlo data status shows them");
  }
}

/// git removed the pointer, and with it the line that hid the data: the next `git add -A` would take it.
void note_untracked(HookCall& call, const Pointers& before, const Pointers& after) {
  std::vector<std::string> left;
  for (const auto& [path, id] : before) {
    std::string data = repo::pointed_path(path);
    std::string place = join_path(call.git.work_tree(), data);
    if (!data.empty() && !after.contains(path) && exists(place)) left.push_back(data);
  }
  if (left.empty()) return;
  std::string more = left.size() > 1 ? " and " + std::to_string(left.size() - 1) + " more" : "";
  call.note(quoted(left[0]) + more +
            " is not tracked in this commit and was left in the work tree");
}

void check_out_changes(HookCall& call, const Pointers& before, const Pointers& after) {
  note_untracked(call, before, after);
  std::vector<std::string> changed;
  for (const auto& [path, id] : after) {
    auto found = before.find(path);
    if (found == before.end() || found->second != id) changed.push_back(path);
  }
  if (changed.empty()) return;
  if (call.git.is_rebasing()) {
    return call.note("data is left alone during a rebase", "mlo data checkout when it is done");
  }
  for (repo::Workspace& workspace : call.workspaces) {
    std::vector<std::string> own = pointers_of(call, workspace, changed);
    if (!own.empty()) check_out_each(call, workspace, own);
  }
}

}  // namespace

void run_post_checkout(HookCall& call) {
  std::string before = call.argument(0, "PRE_COMMIT_FROM_REF");
  std::string after = call.argument(1, "PRE_COMMIT_TO_REF");
  std::string branch = call.argument(2, "PRE_COMMIT_CHECKOUT_TYPE");
  if (after.empty()) throw usage("post-checkout needs OLD NEW FLAG, as git gives them");
  if (branch == "0" || before == after) return;
  check_out_changes(call, pointers_at(call.git, before), pointers_at(call.git, after));
}

void run_post_merge(HookCall& call) {
  std::string before;
  try {
    before = call.git.resolve("ORIG_HEAD");
  } catch (const Error&) {
    return;  // merged into an unborn branch: post-checkout's business
  }
  // A squash merge makes no commit, but the index has what it brought.
  check_out_changes(call, pointers_at(call.git, before),
                    by_path(call.git.list_index("", repo::kPointerSuffix)));
}

}  // namespace mlo::project
