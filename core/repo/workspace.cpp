#include "repo/workspace.hpp"

#include <unistd.h>

#include <mutex>

#include "base/text.hpp"
#include "repo/layout.hpp"
#include "store/sharing.hpp"

namespace mlo::repo {

struct Workspace::Impl {
  Env& env;
  std::string root;
  std::string mlo_dir;
  std::string start;
  std::unique_ptr<Git> git;
  std::optional<Config> config;
  std::optional<LocalConfig> local;
  std::optional<store::ObjectStore> store;
  bool registered = false;
  // What is opened on first use is asked for by the threads of an export or import too.
  std::recursive_mutex opening = {};
};

static bool shared_with_group(const LocalConfig& local) {
  const format::Value* store = local.document.is_object() ? local.document.find("store") : nullptr;
  const format::Value* shared = store != nullptr ? store->find("shared") : nullptr;
  return shared != nullptr && shared->as_string() == "group";
}

Workspace::Workspace(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace::~Workspace() = default;

std::optional<std::string> Workspace::find_root(const std::string& start_directory) {
  for (std::string at = start_directory;; at = parent_path(at)) {
    auto status = stat_target(join_path(at, "mlo.yaml"));
    if (status && S_ISREG(status->st_mode)) return at;
    if (at == "/" || at.empty()) return std::nullopt;
  }
}

Workspace Workspace::open(Env& env, const std::string& start_directory) {
  std::string start = real_path(start_directory);
  auto root = find_root(start);
  if (!root) {
    throw usage("not in an mlo workspace: no mlo.yaml in " + quoted(start) + " or above",
                "mlo init makes this directory one");
  }
  auto git = Git::open(env, *root);
  std::string mlo_dir = mlo_directory(*root, git.get());
  check_mlo_directory(env, *root, mlo_dir, git.get());
  return Workspace(
      std::unique_ptr<Impl>(new Impl{env, *root, mlo_dir, start, std::move(git), {}, {}, {}}));
}

const std::string& Workspace::root() const { return impl_->root; }
const std::string& Workspace::mlo_dir() const { return impl_->mlo_dir; }
std::string Workspace::runs_dir() const { return impl_->mlo_dir + "/runs"; }
std::string Workspace::deployments_dir() const { return impl_->mlo_dir + "/deployments"; }
std::string Workspace::models_dir() const { return join_path(impl_->root, "models"); }
std::string Workspace::index_db_path() const { return impl_->mlo_dir + "/index.db"; }
Git* Workspace::git() { return impl_->git.get(); }

std::string Workspace::stat_index_path() const {
  // Linked work trees share .mlo, but their files are others: each has its own index.
  const Git* git = impl_->git.get();
  bool linked = git && git->main_work_tree() != git->work_tree();
  std::string suffix = linked ? "." + std::string(file_name(git->git_dir())) : "";
  return impl_->mlo_dir + "/stat-index" + suffix;
}

const Config& Workspace::config() {
  std::lock_guard hold(impl_->opening);
  if (!impl_->config) {
    impl_->config = parse_config(read_file(join_path(impl_->root, "mlo.yaml")), "mlo.yaml");
  }
  return *impl_->config;
}

const LocalConfig& Workspace::local() {
  std::lock_guard hold(impl_->opening);
  if (!impl_->local) {
    std::string text = read_file_if_exists(impl_->mlo_dir + "/config.yaml").value_or("");
    impl_->local = parse_local_config(text, ".mlo/config.yaml", impl_->root);
  }
  return *impl_->local;
}

std::string Workspace::store_path() {
  return local().store_path.empty() ? impl_->mlo_dir + "/store" : local().store_path;
}

store::ObjectStore& Workspace::store() {
  std::lock_guard hold(impl_->opening);
  if (!impl_->store) {
    std::string path = store_path();
    if (!is_directory(parent_path(path).empty() ? "/" : std::string(parent_path(path)))) {
      make_directories(impl_->env.files, std::string(parent_path(path)));
    }
    impl_->store.emplace(store::ObjectStore::open(impl_->env, path, store::OpenStore::create));
    if (shared_with_group(local())) store::share_with_group(impl_->env, path);
  }
  return *impl_->store;
}

store::ObjectStore& Workspace::store_for_writing() {
  std::lock_guard hold(impl_->opening);
  store::ObjectStore& opened = store();
  if (!impl_->registered) opened.register_workspace(impl_->root);
  impl_->registered = true;
  return opened;
}

std::string Workspace::relative(std::string_view typed) const {
  std::string path = normal_path(typed, impl_->start);
  auto below = relative_to(path, impl_->root);
  if (!below) {
    // Perhaps typed through a symbolic link outside: resolve the directory, keep the last name.
    std::string directory(parent_path(path));
    if (is_directory(directory)) {
      path = join_path(real_path(directory), file_name(path));
      below = relative_to(path, impl_->root);
    }
  }
  if (!below) throw usage(quoted(typed) + " lies outside the workspace " + quoted(impl_->root));
  return *below;
}

std::string Workspace::absolute(std::string_view relative_path) const {
  return relative_path.empty() ? impl_->root : join_path(impl_->root, relative_path);
}

std::string Workspace::shown(std::string_view relative_path) const {
  std::string here = relative_to(impl_->start, impl_->root).value_or("");
  std::string result;
  while (!here.empty()) {
    if (relative_path == here) return result.empty() ? "." : result.substr(0, result.size() - 1);
    std::string prefix = here + "/";
    if (relative_path.starts_with(prefix)) {
      return result + std::string(relative_path.substr(prefix.size()));
    }
    result += "../";
    here = parent_path(here);
  }
  return result + std::string(relative_path);
}

std::string Workspace::git_path(std::string_view relative_path) {
  auto below = relative_to(absolute(relative_path), impl_->git->work_tree());
  if (!below) throw failure(quoted(relative_path) + " lies outside git's work tree");
  return *below;
}

WorkspaceLock Workspace::lock(int64_t timeout) {
  std::string file = impl_->mlo_dir + "/lock";
  if (!exists(file)) {
    make_directories(impl_->env.files, impl_->mlo_dir);
    impl_->env.files.create(file, Create::append, 0666);
  }
  return store::FileLock::acquire(impl_->env, file, store::LockKind::exclusive, timeout,
                                  "workspace " + quoted(impl_->root));
}

}  // namespace mlo::repo
