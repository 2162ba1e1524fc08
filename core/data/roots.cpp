#include "data/roots.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "data/pointers.hpp"

namespace mlo::data {
namespace {

store::Root root_of(const Tracked& tracked) {
  bool tree = tracked.pointer.type == repo::Pointer::Type::tree;
  store::Root root{tracked.pointer.digest, tree ? store::RootKind::tree : store::RootKind::blob,
                   repo::pointer_path(tracked.path)};
  root.size = tracked.pointer.size;
  if (tree) root.files = tracked.pointer.files;
  return root;
}

}  // namespace

/// What an old version of a file says of a digest in it: a pointer says whether it is a tree.
static store::RootKind kind_in(const repo::GitVersion& version, const Digest& digest) {
  if (!version.path.ends_with(repo::kPointerSuffix)) return store::RootKind::any;
  try {
    auto pointer = repo::parse_pointer(version.bytes, version.path);
    if (pointer.digest != digest) return store::RootKind::any;
    return pointer.type == repo::Pointer::Type::tree ? store::RootKind::tree
                                                     : store::RootKind::blob;
  } catch (const Error&) {
    return store::RootKind::any;
  }
}

void roots_in_git(repo::Workspace& workspace, repo::Reach reach,
                  const std::function<bool(std::string_view)>& wanted, const store::RootSink& sink,
                  Places places) {
  repo::Git* git = workspace.git();
  if (git == nullptr) return;
  std::string prefix = workspace.git_path("");
  if (!prefix.empty()) prefix += "/";
  auto here = [&](std::string_view path) {
    return path.starts_with(prefix) && wanted(path.substr(prefix.size()));
  };
  auto matches = [&](std::string_view path) {
    if (here(path)) return true;
    if (places == Places::here) return false;
    for (std::string_view rest = path;;) {
      if (wanted(rest)) return true;
      size_t slash = rest.find('/');
      if (slash == std::string_view::npos) return false;
      rest.remove_prefix(slash + 1);
    }
  };
  for (const repo::GitVersion& version : git->versions(reach, matches)) {
    std::string referrer = version.path;
    if (!version.commit.empty()) referrer += " of commit " + version.commit.substr(0, 12);
    for (const Digest& digest : store::digests_in(version.bytes)) {
      store::Root root{digest, kind_in(version, digest), referrer};
      root.may_be_absent =
          !here(version.path);  // perhaps another workspace's, in a store of its own
      sink(root);
    }
  }
}

/// .mloignore keeps commands from looking at pointers, never their data from being kept. What looks
/// like a pointer there may be somebody else's file: the digests in it suffice.
static void ignored_roots(Env& env, repo::Workspace& workspace, const store::RootSink& sink) {
  constexpr off_t kLongest = 65536;
  std::vector<std::string> known = find_pointed_paths(env, workspace);
  for (const std::string& path : find_pointed_paths(env, workspace, "", Ignored::visit)) {
    if (std::binary_search(known.begin(), known.end(), path)) continue;
    std::string pointer = repo::pointer_path(path);
    auto status = stat_of(workspace.absolute(pointer));
    if (!status || !S_ISREG(status->st_mode) || status->st_size > kLongest) continue;
    for (const Digest& digest : store::digests_in(read_file(workspace.absolute(pointer)))) {
      sink({digest, store::RootKind::any, pointer});
    }
  }
}

void PointerRoots::roots(Env& env, const store::RootSink& sink) {
  for (const Tracked& tracked : find_pointers(env, workspace_)) sink(root_of(tracked));
  ignored_roots(env, workspace_, sink);
  auto is_pointer = [](std::string_view path) { return path.ends_with(repo::kPointerSuffix); };
  roots_in_git(workspace_, reach_, is_pointer, sink, Places::anywhere);
}

void PointerChecker::check(Env& env, store::FsckSink& sink) {
  for (const std::string& path : find_pointed_paths(env, workspace_)) {
    try {
      if (auto tracked = pointer_for(workspace_, path)) sink.expect(root_of(*tracked));
    } catch (const Error& error) {
      sink.problem({"pointer", repo::pointer_path(path), error.message()});
    }
  }
}

}  // namespace mlo::data
