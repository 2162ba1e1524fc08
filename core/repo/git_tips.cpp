#include "repo/git_tips.hpp"

#include <functional>
#include <set>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "repo/git_library.hpp"

namespace mlo::repo {
namespace {

class Tips {
 public:
  explicit Tips(git_repository* repository) : repository_(repository) {}

  /// A ref by its name; a tag of something else than a commit, or an unborn HEAD, is none.
  void ref(const char* name) {
    git_oid oid;
    int code = git_reference_name_to_id(&oid, repository_, name);
    if (code == GIT_ENOTFOUND || code == GIT_EUNBORNBRANCH || code == GIT_EINVALIDSPEC) return;
    git_check(code, std::string("cannot read the ref ") + name);
    GitObject object, commit;
    git_check(git_object_lookup(object.out(), repository_, &oid, GIT_OBJECT_ANY),
              std::string("cannot read what the ref ") + name + " points at");
    code = git_object_peel(commit.out(), object.get(), GIT_OBJECT_COMMIT);
    if (code == GIT_EPEEL || code == GIT_EINVALIDSPEC) return;  // a tag of a tree or a blob
    git_check(code, std::string("cannot read what the ref ") + name + " points at");
    found.commits.push_back(*git_object_id(commit.get()));
  }

  /// An id in hex, if it is that of a commit (or a tag of one) that is here.
  void id(std::string_view hex) {
    git_oid oid;
    GitObject object, commit;
    if (hex.size() != GIT_OID_HEXSZ || !seen_.insert(std::string(hex)).second) return;
    if (git_oid_fromstrn(&oid, hex.data(), hex.size()) < 0) return;
    if (git_object_lookup(object.out(), repository_, &oid, GIT_OBJECT_ANY) < 0) return;
    if (git_object_peel(commit.out(), object.get(), GIT_OBJECT_COMMIT) < 0) return;
    found.commits.push_back(*git_object_id(commit.get()));
  }

  /// HEAD, MERGE_HEAD...: an id per line, or "ref: NAME". What stands behind the id in FETCH_HEAD's
  /// manner is passed over.
  void head_file(const std::string& file) {
    constexpr std::string_view kRef = "ref: ";
    std::string text = text_of(file);
    for (std::string_view line : split(text, '\n')) {
      if (line.starts_with(kRef)) {
        ref(std::string(line.substr(kRef.size())).c_str());
      } else {
        id(line.substr(0, GIT_OID_HEXSZ));
      }
    }
  }

  /// "OLD NEW NAME <MAIL> TIME ZONE\tMESSAGE" per line.
  void reflog(const std::string& file) {
    std::string text = text_of(file);
    for (std::string_view line : split(text, '\n')) {
      if (line.size() < 2 * GIT_OID_HEXSZ + 1) continue;
      id(line.substr(GIT_OID_HEXSZ + 1, GIT_OID_HEXSZ));
      id(line.substr(0, GIT_OID_HEXSZ));
    }
  }

  GitTips found;

 private:
  static std::string text_of(const std::string& file) {
    auto status = stat_of(file);
    return status && S_ISREG(status->st_mode) ? read_file(file) : std::string();
  }

  git_repository* repository_;
  std::set<std::string> seen_;
};

void for_each_file(const std::string& path, const std::function<void(const std::string&)>& visit) {
  if (!is_directory(path)) {
    if (exists(path)) visit(path);
    return;
  }
  for (const std::string& name : names_in(path)) for_each_file(join_path(path, name), visit);
}

/// What one work tree has for itself: in the common directory for the main one.
void work_tree(Tips& tips, const std::string& git_dir, Reach reach) {
  for (const char* name :
       {"HEAD", "MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD", "BISECT_HEAD",
        "MERGE_AUTOSTASH", "rebase-merge/autostash", "rebase-apply/autostash"}) {
    tips.head_file(join_path(git_dir, name));
  }
  if (reach == Reach::history) {
    tips.head_file(join_path(git_dir, "ORIG_HEAD"));
    tips.reflog(join_path(git_dir, "logs/HEAD"));
  }
  std::string index = join_path(git_dir, "index");
  if (exists(index)) tips.found.indexes.push_back(index);
}

}  // namespace

GitTips collect_tips(git_repository* repository, const std::string& common_dir, Reach reach) {
  Tips tips(repository);
  auto collect = [](const char* name, void* payload) {
    static_cast<std::vector<std::string>*>(payload)->push_back(name);
    return 0;
  };
  std::vector<std::string> names;
  git_check(git_reference_foreach_name(repository, collect, &names), "cannot list the refs");
  tips.ref("HEAD");
  for (const std::string& name : names) tips.ref(name.c_str());
  work_tree(tips, common_dir, reach);
  std::string linked = join_path(common_dir, "worktrees");
  for (const std::string& name : names_in(linked)) {
    work_tree(tips, join_path(linked, name), reach);
    // refs/bisect and the like, which only this tree sees.
    for_each_file(join_path(linked, name + "/refs"),
                  [&](const std::string& file) { tips.head_file(file); });
  }
  // All stashes but the last one stand in a reflog only.
  tips.reflog(join_path(common_dir, "logs/refs/stash"));
  if (reach == Reach::history) {
    for_each_file(join_path(common_dir, "logs/refs"),
                  [&](const std::string& file) { tips.reflog(file); });
  }
  return std::move(tips.found);
}

std::unordered_set<std::string> shallow_commits(const std::string& common_dir) {
  std::unordered_set<std::string> commits;
  auto text = read_file_if_exists(join_path(common_dir, "shallow"));
  if (!text) return commits;
  for (std::string_view line : split(*text, '\n')) {
    if (line.size() == GIT_OID_HEXSZ) commits.emplace(line);
  }
  return commits;
}

}  // namespace mlo::repo
