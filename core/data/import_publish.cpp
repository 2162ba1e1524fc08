#include "data/import_publish.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/checkout.hpp"
#include "data/publish.hpp"
#include "data/status.hpp"
#include "repo/ignore_rules.hpp"

namespace mlo::data {
namespace {

void check_still(Env& env, repo::Workspace& workspace, const NewImport& import, bool force) {
  const std::string& path = import.now.path;
  const auto there = pointer_for(workspace, path);
  const bool same = there ? import.before == there->pointer : !import.before;
  if (!same) throw failure("the pointer of " + quoted(path) + " changed meanwhile", "run it again");
  if (force) return;
  if (import.before) return refuse_local_changes(env, workspace, path);
  if (exists(workspace.absolute(path))) {
    throw usage(quoted(path) + " is there already",
                "-o OUT names another place, --force replaces it");
  }
}

void remove_pointer(Env& env, repo::Workspace& workspace, const std::string& path) {
  const std::string ignore = workspace.absolute(join_path(parent_path(path), ".gitignore"));
  if (auto text = read_file_if_exists(ignore)) {
    write_file_atomically(env.files, ignore, repo::without_ignore_line(*text, file_name(path)));
  }
  const std::string pointer = workspace.absolute(repo::pointer_path(path));
  env.files.unlink(pointer);
  sync_directory(env.files, std::string(parent_path(pointer)));
}

/// After files could not be written. That this fails, too, adds nothing to the error that led here.
void put_back(Env& env, repo::Workspace& workspace, const std::vector<NewImport>& imports,
              int64_t lock_timeout) {
  try {
    const auto lock = workspace.lock(lock_timeout);
    for (const NewImport& import : imports) {
      const auto there = pointer_for(workspace, import.now.path);
      if (!there || there->pointer != import.now.pointer) continue;
      if (import.before) {
        const Tracked old{import.now.path, *import.before};
        publish_pointers(env, workspace, std::span(&old, 1));
      } else {
        remove_pointer(env, workspace, import.now.path);
      }
    }
  } catch (const Error& error) {
    env.reporter.warn("the old pointers could not be put back: " + error.message());
  }
}

}  // namespace

void refuse_local_changes(Env& env, repo::Workspace& workspace, const std::string& path) {
  for (const FileState& file :
       status(env, workspace, {.paths = {workspace.absolute(path)}}).files) {
    if (file.state == State::deleted) continue;
    throw failure(quoted(file.path) + " was changed here",
                  "mlo data add " + printable(path) +
                      " keeps the change, --force replaces it by what the source has");
  }
}

void publish_imports(Env& env, repo::Workspace& workspace, const std::vector<NewImport>& imports,
                     bool force, int64_t lock_timeout) {
  if (imports.empty()) return;
  std::vector<Tracked> pointers;
  std::vector<std::string> paths;
  for (const NewImport& import : imports) {
    pointers.push_back(import.now);
    paths.push_back(workspace.absolute(import.now.path));
  }
  try {
    {
      const auto lock = workspace.lock(lock_timeout);
      for (const NewImport& import : imports) check_still(env, workspace, import, force);
      for (const Tracked& tracked : pointers) {
        make_directories(env.files,
                         std::string(parent_path(workspace.absolute(tracked.path))));
      }
      publish_pointers(env, workspace, pointers);
    }
    checkout(env, workspace,
             {.paths = paths, .force = force, .lock_timeout = lock_timeout, .keep_evicted = true});
  } catch (const Error&) {
    put_back(env, workspace, imports, lock_timeout);
    throw;
  }
}

}  // namespace mlo::data
