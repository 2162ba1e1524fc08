#include "data/import_content.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/import_dvc.hpp"
#include "data/import_git.hpp"
#include "data/import_objects.hpp"

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

store::TreeEntry bring_entry(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
                             const FoundPath& found, const std::string& cache) {
  switch (found.source.kind) {
    case repo::Source::Kind::git:
      return bring_git(env, store, repository, found.entry);
    case repo::Source::Kind::dvc:
      return bring_dvc(env, store, repository, found, cache);
    default:
      return bring_objects(env, store, repository, found, whole(found.pointer), cache);
  }
}

}  // namespace

BroughtContent brought(const store::TreeEntry& entry, const repo::Source& source) {
  if (entry.mode == store::kSymlinkMode) {
    throw usage(quoted(source.path) + " of " + quoted(source.url) + " is a symbolic link",
                "name what it points at, or the directory that contains it");
  }
  BroughtContent content;
  content.executable = entry.mode == store::kExecutableMode;
  content.pointer = pointer_to(entry);
  content.pointer.source = source;
  return content;
}

BroughtContent bring(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
                     const FoundPath& found, const std::string& cache) {
  auto hold = store.lock(store::LockKind::shared);
  BroughtContent content = brought(bring_entry(env, store, repository, found, cache), found.source);
  content.hold = std::move(hold);
  return content;
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
