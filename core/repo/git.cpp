#include "repo/git.hpp"

#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "base/descriptor.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "repo/git_impl.hpp"

namespace mlo::repo {

std::string git_message() {
  const git_error* error = git_error_last();
  return error && error->message ? printable(error->message) : "unknown failure";
}

Error git_failure(const std::string& what) { return failure(what + ": " + git_message()); }

void git_check(int code, const std::string& what) {
  if (code < 0) throw git_failure(what);
}

std::string hex_of(const git_oid* id) {
  char text[GIT_OID_HEXSZ + 1];
  return git_oid_tostr(text, sizeof text, id);
}

namespace {

std::string without_final_slash(const char* path) {
  std::string text = path ? path : "";
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

std::string from_environment(Env& env, const char* name, const std::string& base) {
  auto value = env.variables.get(name);
  return value && !value->empty() ? normal_path(*value, base) : std::string();
}

/// What git resolves relative names of the environment against.
std::string working_directory() {
  char* path = ::getcwd(nullptr, 0);
  std::string text = path ? path : "/";
  ::free(path);
  return text;
}

int open_repository(Env& env, const std::string& directory, GitRepository& repository) {
  std::string given = from_environment(env, "GIT_DIR", working_directory());
  if (!given.empty()) {
    return git_repository_open_ext(repository.out(), given.c_str(), GIT_REPOSITORY_OPEN_NO_SEARCH,
                                   nullptr);
  }
  std::string ceilings = env.variables.get("GIT_CEILING_DIRECTORIES").value_or("");
  return git_repository_open_ext(repository.out(), directory.c_str(), 0, ceilings.c_str());
}

void check_index(int code) {
  if (code >= 0) return;
  std::string reason = git_message();
  if (reason.find("'link'") != std::string::npos) {
    throw failure("git's index is split into two files, which this mlo cannot read",
                  "git config core.splitIndex false && git update-index --no-split-index");
  }
  if (reason.find("'sdir'") != std::string::npos) {
    throw failure("git's index is sparse, which this mlo cannot read",
                  "git sparse-checkout reapply --no-sparse-index");
  }
  throw failure("cannot read git's index: " + reason);
}

void apply_environment(Env& env, const std::string& directory, git_repository* repository) {
  std::string tree = from_environment(env, "GIT_WORK_TREE", working_directory());
  if (!tree.empty()) {
    git_check(git_repository_set_workdir(repository, tree.c_str(), 0), "cannot use GIT_WORK_TREE");
  }
  std::string top = without_final_slash(git_repository_workdir(repository));
  std::string index_file = from_environment(env, "GIT_INDEX_FILE", top.empty() ? directory : top);
  if (index_file.empty()) return;
  GitIndex index;
  check_index(git_index_open(index.out(), index_file.c_str()));
  git_check(git_repository_set_index(repository, index.get()), "cannot use GIT_INDEX_FILE");
}

/// What libgit2 1.5 has no code for is told from its message.
Error unreadable_repository(const std::string& directory) {
  std::string reason = git_message(), what;
  if (reason.find("objectformat") != std::string::npos) what = "SHA-256 object names";
  if (reason.find("refstorage") != std::string::npos) what = "reftable references";
  std::string message = "cannot open the git repository around " + quoted(directory) + ": ";
  if (what.empty()) return failure(message + reason);
  return failure(message + "it uses " + what + ", which this mlo cannot read",
                 "use a repository with SHA-1 names and reference files, git's defaults");
}

Error foreign_repository(const std::string& where) {
  return failure("git repository in " + quoted(where) + " belongs to another user",
                 "if you trust it: git config --global --add safe.directory " + quoted(where));
}

/// Whether the user's git opens it: safe.directory may stand in any configuration but the repository's own,
/// in GIT_CONFIG_GLOBAL, GIT_CONFIG_SYSTEM or GIT_CONFIG_COUNT, with "~/", "*" and, newer, "/*".
bool is_declared_safe(Env& env, const std::string& where) {
  ProcessOptions ask;
  ask.argv = {"git", "rev-parse", "--git-dir"};
  ask.directory = where;
  ask.environment = {{"GIT_DIR", std::nullopt}, {"GIT_WORK_TREE", std::nullopt}};
  try {
    return run_process(env, ask).code == 0;
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted) throw;
    return false;  // no git to ask
  }
}

/// git's rule: work tree and git directory belong to the user, or under sudo to who called it, or are
/// declared safe. libgit2 1.5 has the same rule but answers "not found" instead of "not yours" where
/// no safe.directory is configured, so it is switched off there.
void check_owner(Env& env, git_repository* repository) {
  auto sudo = ::geteuid() == 0 ? env.variables.get("SUDO_UID") : std::nullopt;
  std::string top = without_final_slash(git_repository_workdir(repository));
  for (const std::string& path : {top, without_final_slash(git_repository_path(repository))}) {
    auto status = path.empty() ? std::nullopt : stat_of(path);
    if (!status || status->st_uid == ::geteuid()) continue;
    if (sudo && *sudo == std::to_string(status->st_uid)) continue;
    if (!is_declared_safe(env, top.empty() ? path : top)) throw foreign_repository(top);
  }
}

}  // namespace

Git::Git(Env& env, std::unique_ptr<Impl> impl) : env_(env), impl_(std::move(impl)) {
  git_repository* repository = impl_->raw();
  work_tree_ = without_final_slash(git_repository_workdir(repository));
  git_dir_ = without_final_slash(git_repository_path(repository));
  common_dir_ = without_final_slash(git_repository_commondir(repository));
  bool linked = git_repository_is_worktree(repository) == 1;
  // The common directory of a linked tree is the main tree's .git; a bare one has no main tree.
  main_work_tree_ = linked && file_name(common_dir_) == ".git"
                        ? std::string(parent_path(common_dir_))
                        : work_tree_;
}

Git::~Git() = default;

std::unique_ptr<Git> Git::open(Env& env, const std::string& directory) {
  initialise_libgit2();
  auto impl = std::make_unique<Impl>();
  int code = open_repository(env, directory, impl->repository);
  if (code == GIT_ENOTFOUND) return nullptr;
  if (code < 0) throw unreadable_repository(directory);
  check_owner(env, impl->raw());
  apply_environment(env, directory, impl->raw());
  if (git_repository_workdir(impl->raw()) == nullptr) return nullptr;  // bare: no work tree here
  return std::unique_ptr<Git>(new Git(env, std::move(impl)));
}

GitCommit Git::Impl::head_commit() const {
  git_oid id;
  int code = git_reference_name_to_id(&id, raw(), "HEAD");
  GitCommit commit;
  if (code == GIT_ENOTFOUND || code == GIT_EUNBORNBRANCH) return commit;
  git_check(code, "cannot read HEAD");
  git_check(git_commit_lookup(commit.out(), raw(), &id), "cannot read the commit of HEAD");
  return commit;
}

GitCommit Git::Impl::commit_of(const std::string& rev) const {
  GitCommit commit;
  git_oid id;
  // A whole id needs no parser; libgit2's leaks 20 KB at each call (pcre2 match data).
  if (rev.size() == GIT_OID_HEXSZ && git_oid_fromstr(&id, rev.c_str()) == 0 &&
      git_commit_lookup(commit.out(), raw(), &id) == 0) {
    return commit;
  }
  GitObject object, peeled;
  int code = git_revparse_single(object.out(), raw(), rev.c_str());
  if (code == GIT_EAMBIGUOUS) throw usage("revision " + quoted(rev) + " is ambiguous");
  if (code < 0) {
    throw usage("unknown revision " + quoted(rev), "git log --oneline lists commits");
  }
  if (git_object_peel(peeled.out(), object.get(), GIT_OBJECT_COMMIT) < 0) {
    throw usage(quoted(rev) + " is not a commit");
  }
  git_check(git_commit_lookup(commit.out(), raw(), git_object_id(peeled.get())),
            "cannot read commit " + quoted(rev));
  return commit;
}

GitTree Git::Impl::tree_of(const git_commit* commit) const {
  GitTree tree;
  git_check(git_commit_tree(tree.out(), commit), "cannot read a tree of git");
  return tree;
}

GitIndex Git::Impl::fresh_index() const {
  GitIndex index;
  check_index(git_repository_index(index.out(), raw()));
  check_index(git_index_read(index.get(), 0));
  return index;
}

std::optional<std::string> Git::head() {
  GitCommit commit = impl_->head_commit();
  if (!commit) return std::nullopt;
  return hex_of(git_commit_id(commit.get()));
}

std::optional<std::string> Git::branch() {
  GitReference head;
  git_check(git_reference_lookup(head.out(), impl_->raw(), "HEAD"), "cannot read HEAD");
  const char* target = git_reference_symbolic_target(head.get());
  if (!target) return std::nullopt;
  std::string_view name = target;
  constexpr std::string_view kHeads = "refs/heads/";
  if (name.starts_with(kHeads)) name.remove_prefix(kHeads.size());
  return std::string(name);
}

std::string Git::resolve(const std::string& rev) {
  return hex_of(git_commit_id(impl_->commit_of(rev).get()));
}

std::optional<std::string> Git::read_file(const std::string& rev, const std::string& path) {
  GitTree tree = impl_->tree_of(impl_->commit_of(rev).get());
  GitTreeEntry entry;
  if (git_tree_entry_bypath(entry.out(), tree.get(), path.c_str()) < 0) return std::nullopt;
  if (git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB) return std::nullopt;
  GitBlob blob;
  git_check(git_blob_lookup(blob.out(), impl_->raw(), git_tree_entry_id(entry.get())),
            "cannot read " + quoted(path) + " at " + quoted(rev));
  return std::string(static_cast<const char*>(git_blob_rawcontent(blob.get())),
                     static_cast<size_t>(git_blob_rawsize(blob.get())));
}

namespace {

struct Walk {
  std::string_view directory;
  std::string_view suffix;
  std::vector<GitEntry>* entries;
};

bool below(std::string_view path, std::string_view directory) {
  return directory.empty() || path == directory ||
         (path.starts_with(directory) && path[directory.size()] == '/');
}

int visit(const char* root, const git_tree_entry* entry, void* payload) {
  Walk& walk = *static_cast<Walk*>(payload);
  std::string path = std::string(root) + git_tree_entry_name(entry);
  if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) {
    // Positive: do not descend. Only what leads to the directory or lies below it is of interest.
    return below(path, walk.directory) || below(walk.directory, path) ? 0 : 1;
  }
  if (below(path, walk.directory) && path.ends_with(walk.suffix)) {
    walk.entries->push_back({path, static_cast<uint32_t>(git_tree_entry_filemode(entry)),
                             hex_of(git_tree_entry_id(entry))});
  }
  return 0;
}

}  // namespace

std::vector<GitEntry> Git::list_files(const std::string& rev, const std::string& directory,
                                      std::string_view suffix) {
  GitTree tree = impl_->tree_of(impl_->commit_of(rev).get());
  std::vector<GitEntry> entries;
  Walk walk{directory, suffix, &entries};
  git_check(git_tree_walk(tree.get(), GIT_TREEWALK_PRE, visit, &walk),
            "cannot list the files of " + quoted(rev));
  return entries;
}

int64_t Git::commit_time(const std::string& commit) {
  return git_commit_time(impl_->commit_of(commit).get());
}

std::string Git::commit_subject(const std::string& commit) {
  GitCommit found = impl_->commit_of(commit);
  const char* summary = git_commit_summary(found.get());
  return summary ? summary : "";
}

Author Git::commit_author(const std::string& commit) {
  GitCommit found = impl_->commit_of(commit);
  const git_signature* author = git_commit_author(found.get());
  return {author->name, author->email};
}

std::vector<std::string> Git::commit_parents(const std::string& commit) {
  GitCommit found = impl_->commit_of(commit);
  std::vector<std::string> parents;
  for (unsigned i = 0; i < git_commit_parentcount(found.get()); ++i) {
    parents.push_back(hex_of(git_commit_parent_id(found.get(), i)));
  }
  return parents;
}

std::vector<std::string> Git::log(const std::string& rev, size_t limit) {
  GitCommit from = impl_->commit_of(rev);
  GitRevwalk walk;
  git_check(git_revwalk_new(walk.out(), impl_->raw()), "cannot walk the history");
  git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME);
  git_check(git_revwalk_push(walk.get(), git_commit_id(from.get())), "cannot walk the history");
  std::vector<std::string> commits;
  git_oid id;
  while (commits.size() < limit && git_revwalk_next(&id, walk.get()) == 0) {
    commits.push_back(hex_of(&id));
  }
  return commits;
}

}  // namespace mlo::repo
