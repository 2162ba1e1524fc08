// Which workspaces use this store. gc in one of them must mark the roots of all (DVC issue 7610: gc
// in one project destroyed the data of another that shared its cache).
#include <cerrno>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/object_store.hpp"
#include "store/sharing.hpp"

namespace mlo::store {
namespace {

std::string entry_name(const std::string& root) {
  return "workspaces/" + sha256(root).hex().substr(0, 32);
}

}  // namespace

void ObjectStore::register_workspace(const std::string& root) {
  std::string file = inside(entry_name(root));
  if (exists(file)) return;
  write_file_atomically(env_->files, file, root + "\n");
  open_to_group(*env_, file);
}

void ObjectStore::forget_workspace(const std::string& root) {
  std::string file = inside(entry_name(root));
  if (!exists(file)) {
    throw failure("store " + quoted(path_) + " does not know workspace " + quoted(root));
  }
  env_->files.unlink(file);
  sync_directory(env_->files, inside("workspaces"));
}

std::vector<std::string> ObjectStore::workspaces() const {
  std::vector<std::string> roots;
  for (const std::string& name : names_in(inside("workspaces"))) {
    // AtomicFile's temporary names begin with a dot.
    if (name.starts_with(".")) continue;
    std::string root = read_file(inside("workspaces/" + name), 1 << 16);
    if (!root.ends_with("\n") || root.size() < 2) {
      throw failure(quoted(inside("workspaces/" + name)) + " is damaged",
                    "remove it; the workspace registers itself again");
    }
    root.pop_back();
    roots.push_back(std::move(root));
  }
  return roots;
}

}  // namespace mlo::store
