#include "data/import_content.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/import_git.hpp"
#include "data/import_objects.hpp"
#include "store/tree.hpp"

namespace mlo::data {
namespace {

repo::Pointer pointer_to(const store::TreeEntry& entry) {
  return {entry.is_directory() ? repo::Pointer::Type::tree : repo::Pointer::Type::file,
          entry.digest, entry.size, entry.count};
}

store::TreeEntry whole(const repo::Pointer& pointer) {
  const bool tree = pointer.type == repo::Pointer::Type::tree;
  return {tree ? store::kDirectoryMode : store::kFileMode, pointer.digest, pointer.size,
          pointer.files, ""};
}

}  // namespace

BroughtContent bring(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
                     const FoundPath& found, const std::string& cache) {
  BroughtContent brought;
  brought.hold = store.lock(store::LockKind::shared);
  const bool is_git = found.source.kind == repo::Source::Kind::git;
  const store::TreeEntry entry =
      is_git ? bring_git(env, store, repository, found.entry)
             : bring_objects(env, store, repository, found, whole(found.pointer), cache);
  if (entry.mode == store::kSymlinkMode) {
    throw usage(quoted(found.source.path) + " of " + quoted(found.source.url) +
                    " is a symbolic link",
                "name what it points at, or the directory that contains it");
  }
  brought.executable = entry.mode == store::kExecutableMode;
  brought.pointer = pointer_to(entry);
  brought.pointer.source = found.source;
  return brought;
}

std::string import_cache(const Env& env) {
  if (auto set = env.variables.get("XDG_CACHE_HOME"); set && set->starts_with('/')) {
    return join_path(*set, "mlo");
  }
  const std::string home = env.variables.get("HOME").value_or("");
  if (!home.starts_with('/')) {
    throw usage("there is no place to keep clones: HOME is not set", "set HOME or XDG_CACHE_HOME");
  }
  return join_path(home, ".cache/mlo");
}

}  // namespace mlo::data
