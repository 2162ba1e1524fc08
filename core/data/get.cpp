#include "data/get.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "data/import_source.hpp"
#include "repo/layout.hpp"
#include "store/tree_walk.hpp"

namespace mlo::data {
namespace {

/// A directory of our own beside the target, so that the last step is a rename.
class Staging {
 public:
  Staging(Env& env, const std::string& target)
      : env_(env), path_(join_path(parent_path(target), ".mlo-get-" + random_hex(16))) {
    env_.files.make_directory(path_, 0700);
  }
  Staging(const Staging&) = delete;
  ~Staging() {
    try {
      remove_tree(env_.files, path_);
    } catch (const Error&) {
      env_.reporter.warn("could not remove " + quoted(path_));
    }
  }
  std::string inside(std::string_view name) const { return join_path(path_, name); }

 private:
  Env& env_;
  std::string path_;
};

void place_file(Env& env, const store::ObjectStore& store, const store::TreeEntry& entry,
                const std::string& to) {
  static constexpr store::LinkKind kKinds[] = {store::LinkKind::reflink, store::LinkKind::copy};
  env.check_cancelled();
  if (entry.mode == store::kSymlinkMode) {
    env.files.symlink(std::string(store.view(entry.digest).text()), to);
  } else {
    store.place(entry.digest, to, entry.mode == store::kExecutableMode ? 0777 : 0666, kKinds);
  }
}

void place(Env& env, const store::ObjectStore& store, const BroughtContent& content,
           const std::string& to) {
  const repo::Pointer& pointer = content.pointer;
  if (pointer.type == repo::Pointer::Type::file) {
    const uint32_t mode = content.executable ? store::kExecutableMode : store::kFileMode;
    return place_file(env, store, {mode, pointer.digest, pointer.size, 1, ""}, to);
  }
  env.files.make_directory(to, 0777);
  // Links last: no later name can lead through one.
  std::vector<std::pair<std::string, store::TreeEntry>> links;
  store::walk_tree(store, pointer.digest,
                   [&](const std::string& path, const store::TreeEntry& entry) {
                     const std::string place = join_path(to, path);
                     if (entry.is_directory()) {
                       env.files.make_directory(place, 0777);
                     } else if (entry.mode == store::kSymlinkMode) {
                       links.emplace_back(place, entry);
                     } else {
                       place_file(env, store, entry, place);
                     }
                   });
  for (const auto& [path, entry] : links) place_file(env, store, entry, path);
}

void publish(Env& env, const Staging& staging, const std::string& target, bool force) {
  const std::string staged = staging.inside("out"), old = staging.inside("old");
  if (!force || !exists(target)) return env.files.rename_new(staged, target);
  if (!is_directory(target) && !is_directory(staged)) return env.files.rename(staged, target);
  env.files.rename(target, old);
  try {
    env.files.rename_new(staged, target);
  } catch (const Error&) {
    env.files.rename_new(old, target);
    throw;
  }
}

/// Also where one of them is reached through symbolic links.
bool is_above(const std::string& target, const std::string& directory) {
  if (target == "/" || relative_to(directory, target)) return true;
  auto status = stat_of(target);
  return status && S_ISDIR(status->st_mode) &&
         relative_to(repo::real_path(directory), repo::real_path(target)).has_value();
}

std::string target_of(const GetOptions& options) {
  std::string out = options.out;
  if (out.empty()) out = usual_name(options.asked);
  const std::string target = normal_path(out, options.directory);
  if (is_above(target, options.directory)) {
    throw usage(quoted(out) + " is the working directory, or contains it",
                "-o OUT names another place");
  }
  if (exists(target) && !options.force) {
    throw usage(quoted(out) + " is there already",
                "-o OUT names another place, --force replaces it");
  }
  if (!is_directory(std::string(parent_path(target)))) {
    throw usage("there is no directory " + quoted(parent_path(target)));
  }
  return target;
}

}  // namespace

GetReport get(Env& env, const GetOptions& options) {
  const std::string target = target_of(options);
  const auto from = open_import_source(env, options.asked, options.directory);
  const Staging staging(env, target);
  store::ObjectStore store =
      store::ObjectStore::open(env, staging.inside("store"), store::OpenStore::create);
  const BroughtContent content = *from->bring(store, std::nullopt);
  place(env, store, content, staging.inside("out"));
  publish(env, staging, target, options.force);
  return {target, content.pointer};
}

}  // namespace mlo::data
