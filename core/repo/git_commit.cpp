// Writing to git: commits of given files on HEAD, and snapshots of dirty trees. Order: objects, files,
// index, ref; a failure puts files and index back, a crash leaves at worst edited files that the same
// command commits when repeated.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <set>
#include <thread>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "repo/git_impl.hpp"

namespace mlo::repo {
namespace {

using Files = std::map<std::string, std::optional<std::string>>;
/// Tries at moving a ref; two seconds when it is locked all the time.
constexpr int kRaces = 40;

int offset_minutes(int64_t seconds) {
  time_t time = seconds;
  struct tm local {};
  localtime_r(&time, &local);
  return static_cast<int>(local.tm_gmtoff / 60);
}

GitSignature signature_of(const Author& author, Time now) {
  GitSignature signature;
  int64_t seconds = now / 1'000'000'000;
  git_check(git_signature_new(signature.out(), author.name.c_str(), author.email.c_str(), seconds,
                              offset_minutes(seconds)),
            "cannot sign a commit");
  return signature;
}

/// `role` is AUTHOR or COMMITTER; the environment wins over the configuration, as in git.
std::optional<Author> identity(Env& env, git_repository* repository, const std::string& role) {
  Author author;
  GitConfig config;
  git_check(git_repository_config_snapshot(config.out(), repository), "cannot read git's config");
  auto pick = [&](const char* variable, const char* key) -> std::string {
    auto value = env.variables.get("GIT_" + role + variable);
    if (value && !value->empty()) return *value;
    const char* text = nullptr;
    if (git_config_get_string(&text, config.get(), key) == 0 && *text) return text;
    return {};
  };
  author.name = pick("_NAME", "user.name");
  author.email = pick("_EMAIL", "user.email");
  if (author.name.empty() || author.email.empty()) return std::nullopt;
  return author;
}

git_oid write_blob(git_repository* repository, std::string_view bytes, const std::string& path) {
  git_oid id;
  git_check(git_blob_create_from_buffer(&id, repository, bytes.data(), bytes.size()),
            "cannot store " + quoted(path) + " in git");
  return id;
}

uint32_t mode_of(const std::optional<struct stat>& status) {
  if (!status) return GIT_FILEMODE_BLOB;
  if (S_ISLNK(status->st_mode)) return GIT_FILEMODE_LINK;
  return status->st_mode & S_IXUSR ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
}

/// An index in memory that holds the tree of `commit` (nothing when it is null).
GitIndex private_index(const git_commit* commit) {
  GitIndex index;
  git_check(git_index_new(index.out()), "cannot make an index");
  if (commit) {
    GitTree tree;
    git_check(git_commit_tree(tree.out(), commit), "cannot read the tree of HEAD");
    git_check(git_index_read_tree(index.get(), tree.get()), "cannot read the tree of HEAD");
  }
  return index;
}

void put(git_index* index, const std::string& path, uint32_t mode, const git_oid& id) {
  git_index_entry entry{};
  entry.path = path.c_str();
  entry.mode = mode;
  entry.id = id;
  git_check(git_index_add(index, &entry), "cannot add " + quoted(path) + " to git");
}

void drop(git_index* index, const std::string& path) {
  int code = git_index_remove(index, path.c_str(), 0);
  if (code != GIT_ENOTFOUND) git_check(code, "cannot remove " + quoted(path) + " from git");
}

/// A file whose stat makes git see it as clean.
void put_file(git_index* index, const std::string& path, const git_oid& id,
              const struct stat& status) {
  git_index_entry entry{};
  entry.ctime = {static_cast<int32_t>(status.st_ctim.tv_sec),
                 static_cast<uint32_t>(status.st_ctim.tv_nsec)};
  entry.mtime = {static_cast<int32_t>(status.st_mtim.tv_sec),
                 static_cast<uint32_t>(status.st_mtim.tv_nsec)};
  entry.dev = static_cast<uint32_t>(status.st_dev);
  entry.ino = static_cast<uint32_t>(status.st_ino);
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.file_size = static_cast<uint32_t>(status.st_size);
  entry.mode = mode_of(status);
  entry.path = path.c_str();
  entry.id = id;
  git_check(git_index_add(index, &entry), "cannot add " + quoted(path) + " to git's index");
}

/// Before another try at what another git has locked.
void pause() { std::this_thread::sleep_for(std::chrono::milliseconds(50)); }

git_oid create_commit(git_repository* repository, const git_oid& tree_id, const Author& author,
                      const Author& committer, Time now, const std::string& message,
                      std::vector<const git_commit*> parents) {
  GitTree tree;
  git_check(git_tree_lookup(tree.out(), repository, &tree_id), "cannot read a tree of git");
  GitSignature by = signature_of(author, now), with = signature_of(committer, now);
  git_oid id;
  git_check(git_commit_create(&id, repository, nullptr, by.get(), with.get(), nullptr,
                              message.c_str(), tree.get(), parents.size(), parents.data()),
            "cannot write a commit");
  return id;
}

/// Moves `ref` from `old` (null: must not exist) to `id`; false when another process was faster.
bool move_ref(git_repository* repository, const std::string& ref, const git_oid* old,
              const git_oid& id, const std::string& why) {
  GitReference moved;
  int code = old ? git_reference_create_matching(moved.out(), repository, ref.c_str(), &id, 1, old,
                                                 why.c_str())
                 : git_reference_create(moved.out(), repository, ref.c_str(), &id, 0, why.c_str());
  if (code == GIT_EMODIFIED || code == GIT_EEXISTS || code == GIT_ELOCKED ||
      code == GIT_ENOTFOUND) {
    return false;
  }
  git_check(code, "cannot move " + quoted(ref));
  return true;
}

std::string head_ref(git_repository* repository) {
  GitReference head;
  git_check(git_reference_lookup(head.out(), repository, "HEAD"), "cannot read HEAD");
  const char* target = git_reference_symbolic_target(head.get());
  return target ? target : "HEAD";
}

}  // namespace

Author Git::author() {
  auto found = identity(env_, impl_->raw(), "AUTHOR");
  if (!found) {
    throw failure("git does not know who you are",
                  "git config --global user.name \"Your Name\" && git config --global user.email "
                  "you@example.com");
  }
  return *found;
}

/// The files' blobs by path; removals are not among them.
using Blobs = std::map<std::string, git_oid>;

/// HEAD's tree with the files set or removed, written to git.
static git_oid tree_over_head(git_repository* repository, const git_commit* head,
                              const std::string& top, const Files& files, const Blobs& blobs) {
  GitIndex index = private_index(head);
  for (const auto& [path, content] : files) {
    if (content) {
      put(index.get(), path, mode_of(stat_of(join_path(top, path))), blobs.at(path));
    } else {
      drop(index.get(), path);
    }
  }
  git_oid tree_id;
  git_check(git_index_write_tree_to(&tree_id, index.get(), repository),
            "cannot write a tree to git");
  return tree_id;
}

/// Waits up to two seconds for another git's index.lock, and then starts from what that git wrote.
static void set_index_entries(git_index* index, const std::string& top, const Files& files,
                              const Blobs& blobs) {
  int code = GIT_ELOCKED;
  for (int attempt = 0; code == GIT_ELOCKED && attempt < 40; ++attempt) {
    if (attempt > 0) pause();
    git_check(git_index_read(index, 1), "cannot read git's index");
    for (const auto& [path, content] : files) {
      if (!content) {
        drop(index, path);
      } else if (auto status = stat_of(join_path(top, path))) {
        put_file(index, path, blobs.at(path), *status);
      }
    }
    code = git_index_write(index);
  }
  git_check(code, "cannot write git's index");
}

namespace {

/// Work tree and index as they were before some files change, to put them back. Remembers whole
/// files: those of a registry have a few hundred bytes.
class Before {
 public:
  Before(git_index* index, const std::string& top, const Files& files) {
    for (const auto& [path, content] : files) {
      std::string place = join_path(top, path);
      files_[path] = read_file_if_exists(place);
      if (const git_index_entry* entry = git_index_get_bypath(index, path.c_str(), 0)) {
        entries_[path] = *entry;
      }
      std::string_view above = parent_path(place);
      while (above.size() > top.size() && !is_directory(std::string(above))) {
        new_directories_.emplace(above);
        above = parent_path(above);
      }
    }
  }

  const Files& files() const { return files_; }

  void put_index_back(git_index* index) const {
    git_check(git_index_read(index, 1), "cannot read git's index");
    for (const auto& [path, content] : files_) {
      auto found = entries_.find(path);
      if (found == entries_.end()) {
        drop(index, path);
        continue;
      }
      git_index_entry entry = found->second;
      entry.path = path.c_str();  // the one that was read belonged to the index
      git_check(git_index_add(index, &entry), "cannot add " + quoted(path) + " to git's index");
    }
    git_check(git_index_write(index), "cannot write git's index");
  }

  /// Those that are empty again; the deepest first.
  void remove_new_directories(FileSystem& system) const {
    for (auto path = new_directories_.rbegin(); path != new_directories_.rend(); ++path) {
      if (is_directory(*path)) system.remove_directory(*path);
    }
  }

 private:
  Files files_;
  std::map<std::string, git_index_entry> entries_;
  std::set<std::string> new_directories_;
};

/// The error that asked for the undoing is the one to report.
template <typename Work>
void try_to(Work&& work) {
  try {
    work();
  } catch (const Error&) {
  }
}

}  // namespace

struct Git::FileCommit {
  const std::string& message;
  Author author;
  const Files& files;
  Blobs blobs;
};

std::optional<std::string> Git::commit_files(const std::string& message, const Files& files) {
  FileCommit what{message, author(), files, {}};
  for (const auto& [path, content] : files) {
    if (content) what.blobs[path] = write_blob(impl_->raw(), *content, path);
  }
  const Before before(impl_->fresh_index().get(), work_tree_, files);
  try {
    publish_files(files);
    set_index_entries(impl_->fresh_index().get(), work_tree_, files, what.blobs);
    return commit_over_head(what);
  } catch (const Error&) {
    for (const auto& file : before.files()) try_to([&] { publish_files(Files{file}); });
    try_to([&] { before.remove_new_directories(env_.files); });
    try_to([&] { before.put_index_back(impl_->fresh_index().get()); });
    throw;
  }
}

std::optional<std::string> Git::commit_over_head(const FileCommit& what) {
  git_repository* repository = impl_->raw();
  Author committer = identity(env_, repository, "COMMITTER").value_or(what.author);
  std::string subject = "commit: " + std::string(split(what.message, '\n').front());
  for (int race = 0; race < kRaces; ++race) {
    GitCommit head = impl_->head_commit();
    git_oid tree_id = tree_over_head(repository, head.get(), work_tree_, what.files, what.blobs);
    if (head && git_oid_equal(git_commit_tree_id(head.get()), &tree_id)) return std::nullopt;
    std::vector<const git_commit*> parents;
    if (head) parents.push_back(head.get());
    git_oid id = create_commit(repository, tree_id, what.author, committer, env_.clock.now(),
                               what.message, parents);
    const git_oid* old = head ? git_commit_id(head.get()) : nullptr;
    if (move_ref(repository, head_ref(repository), old, id, subject)) return hex_of(&id);
    pause();
  }
  throw failure(
      "another git is working here: HEAD moves or is locked",
      "try again; a git that was killed may have left '" + head_ref(repository) + ".lock' behind");
}

void Git::publish_files(const Files& files) {
  for (const auto& [path, content] : files) {
    std::string place = join_path(work_tree_, path);
    if (!content) {
      if (exists(place)) env_.files.unlink(place);
      continue;
    }
    auto status = stat_of(place);
    if (status && S_ISREG(status->st_mode) && read_file_if_exists(place) == content) {
      sync_recent_names(env_.files, std::string(parent_path(place)));
      continue;
    }
    make_directories(env_.files, std::string(parent_path(place)));
    mode_t mode = status && (status->st_mode & S_IXUSR) ? 0777 : 0666;
    write_file_atomically(env_.files, place, *content, mode);
  }
}

namespace {

constexpr const char* kDirtyRef = "refs/mlo/dirty";
constexpr int kLooks = 10;  ///< at a file that others write

/// Puts the work tree's state of one changed path into `index`.
void snapshot_path(git_repository* repository, git_index* index, const std::string& top,
                   const std::string& path) {
  auto status = stat_of(join_path(top, path));
  if (!status || S_ISDIR(status->st_mode)) return drop(index, path);
  git_oid id;
  int code = -1;
  // libgit2 asks for the size before it reads, and refuses a file that another process replaced or
  // appended to in between: another look sees it whole.
  for (int look = 0; code < 0 && look < kLooks; ++look) {
    code = git_blob_create_from_workdir(&id, repository, path.c_str());
    // Somebody's temporary file may go between the look and the reading.
    if (code < 0 && !exists(join_path(top, path))) return drop(index, path);
  }
  git_check(code, "cannot store " + quoted(path) + " in git");
  put(index, path, mode_of(status), id);
}

GitCommit last_snapshot(git_repository* repository) {
  git_oid id;
  GitCommit commit;
  if (git_reference_name_to_id(&id, repository, kDirtyRef) == 0) {
    git_check(git_commit_lookup(commit.out(), repository, &id), "cannot read the dirty chain");
  }
  return commit;
}

/// The chain's last commit has this tree on this HEAD already.
bool same_snapshot(const git_commit* last, const git_oid& tree, const git_commit* head) {
  if (!last || !git_oid_equal(git_commit_tree_id(last), &tree)) return false;
  unsigned parents = git_commit_parentcount(last);
  if (!head) return true;
  return parents > 0 && git_oid_equal(git_commit_parent_id(last, parents - 1), git_commit_id(head));
}

}  // namespace

std::optional<std::string> Git::snapshot_dirty(const std::string& message, uint64_t limit,
                                               std::vector<std::string>* large) {
  git_repository* repository = impl_->raw();
  std::vector<GitChange> changes = status();
  if (changes.empty()) return std::nullopt;
  GitCommit head = impl_->head_commit();
  GitIndex index = private_index(head.get());
  for (const GitChange& change : changes) {
    auto found = stat_of(join_path(work_tree_, change.path));
    bool untracked = change.work_tree == GitChange::State::untracked;
    if (untracked && found && static_cast<uint64_t>(found->st_size) > limit) {
      if (large) large->push_back(change.path);
      continue;
    }
    snapshot_path(repository, index.get(), work_tree_, change.path);
  }
  git_oid tree_id;
  git_check(git_index_write_tree_to(&tree_id, index.get(), repository),
            "cannot write a tree to git");
  Author by = identity(env_, repository, "AUTHOR").value_or(Author{"mlo", "mlo@localhost"});
  for (int race = 0; race < kRaces; ++race) {
    GitCommit last = last_snapshot(repository);
    if (same_snapshot(last.get(), tree_id, head.get())) return hex_of(git_commit_id(last.get()));
    std::vector<const git_commit*> parents;
    if (last) parents.push_back(last.get());
    if (head) parents.push_back(head.get());
    git_oid id = create_commit(repository, tree_id, by, by, env_.clock.now(), message, parents);
    if (move_ref(repository, kDirtyRef, last ? git_commit_id(last.get()) : nullptr, id,
                 "mlo: snapshot of a dirty tree")) {
      return hex_of(&id);
    }
    pause();
  }
  throw failure("another git is working here: '" + std::string(kDirtyRef) + "' moves or is locked",
                "try again; a git that was killed may have left '" + std::string(kDirtyRef) +
                    ".lock' behind");
}

}  // namespace mlo::repo
