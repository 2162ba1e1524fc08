#include "data/import_publish.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/checkout.hpp"
#include "data/publish.hpp"
#include "data/status.hpp"

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
  {
    const auto lock = workspace.lock(lock_timeout);
    for (const NewImport& import : imports) check_still(env, workspace, import, force);
    for (const Tracked& tracked : pointers) {
      make_directories(env.files, std::string(parent_path(workspace.absolute(tracked.path))));
    }
    publish_pointers(env, workspace, pointers);
  }
  in_context("the pointers are written, the files not all", [&] {
    checkout(env, workspace,
             {.paths = paths, .force = force, .lock_timeout = lock_timeout, .keep_evicted = true});
  });
}

}  // namespace mlo::data
