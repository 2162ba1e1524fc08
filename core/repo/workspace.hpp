// A workspace: the nearest directory at or above a start that holds mlo.yaml, its `.mlo/`, the git
// repository around it (optional), its configuration and its object store. Opening reads no
// configuration, opens no git object and no store object until asked: `mlo status` pays for what it uses.
// Threads may ask for the configuration and the store at once; git() is for one thread at a time.
//
// In a linked git work tree `.mlo/` is the main work tree's, so objects and runs are shared. A `.mlo/`
// of which git tracks a file, that is a symbolic link, or that another user owns is refused: cloning
// or entering a directory must not configure or run anything.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.hpp"
#include "repo/config.hpp"
#include "repo/git.hpp"
#include "store/file_lock.hpp"
#include "store/object_store.hpp"

namespace mlo::repo {

/// Holds `.mlo/lock`, which guards the publishing step (pointers, .gitignore, stat index, registry).
using WorkspaceLock = store::FileLock;

class Workspace {
 public:
  /// Throws usage "not in an mlo workspace" (hint: mlo init) when no mlo.yaml is found.
  static Workspace open(Env& env, const std::string& start_directory);
  /// The root that open() would use.
  static std::optional<std::string> find_root(const std::string& start_directory);
  Workspace(Workspace&&) noexcept;
  ~Workspace();

  const std::string& root() const;      ///< absolute
  const std::string& mlo_dir() const;   ///< absolute
  std::string store_path();             ///< absolute
  std::string runs_dir() const;         ///< .mlo/runs
  std::string deployments_dir() const;  ///< .mlo/deployments
  std::string models_dir() const;       ///< models, in the work tree
  std::string stat_index_path() const;
  std::string index_db_path() const;

  const Config& config();
  const LocalConfig& local();
  /// nullptr outside a repository.
  Git* git();
  /// Opened (and created, where there is none yet) on first use.
  store::ObjectStore& store();
  /// The same, after making sure that gc in a shared store knows this workspace's pointers.
  store::ObjectStore& store_for_writing();

  /// A path as typed (relative to the directory that was opened) as a path relative to the root
  /// ("" is the root itself); throws usage when it leads outside.
  std::string relative(std::string_view typed) const;
  /// The absolute form of a path relative to the root.
  std::string absolute(std::string_view relative_path) const;
  /// Root-relative as people see it from the directory that was opened ("../data/x.csv").
  std::string shown(std::string_view relative_path) const;
  /// Relative to git's work tree, which may lie above the root. Requires git().
  std::string git_path(std::string_view relative_path);

  /// Waits at most `timeout` nanoseconds; throws "workspace is in use by another mlo".
  WorkspaceLock lock(int64_t timeout = store::kDefaultLockTimeout);

 private:
  struct Impl;
  explicit Workspace(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::repo
