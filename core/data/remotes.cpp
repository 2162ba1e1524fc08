#include "data/remotes.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/text.hpp"
#include "remote/certified_objects.hpp"

namespace mlo::data {
namespace {

const format::Value* local_remotes(repo::Workspace& workspace) {
  const format::Value* found = workspace.local().document.find("remotes");
  return found != nullptr && found->is_object() ? found : nullptr;
}

}  // namespace

std::vector<std::string> remote_names(repo::Workspace& workspace) {
  std::vector<std::string> names = workspace.config().names("remotes");
  if (const format::Value* local = local_remotes(workspace)) {
    for (const auto& member : local->as_object()) {
      if (std::find(names.begin(), names.end(), member.key) == names.end()) {
        names.push_back(member.key);
      }
    }
  }
  return names;
}

remote::RemoteConfig remote_config(repo::Workspace& workspace, const std::string& name) {
  const format::Value* entry = workspace.config().find("remotes", name);
  const format::Value* all = local_remotes(workspace);
  const format::Value* local = all != nullptr ? all->find(name) : nullptr;
  if (entry == nullptr && local == nullptr) {
    const std::vector<std::string> known = remote_names(workspace);
    throw usage(
        "there is no remote " + quoted(name),
        known.empty() ? "mlo remote add " + printable(name) + " URL" : suggestion(name, known));
  }
  const format::Value empty = format::Value::object();
  return remote::parse_remote(name, entry != nullptr ? *entry : empty, workspace.config().file,
                              local, workspace.local().file, workspace.root());
}

std::string default_remote(repo::Workspace& workspace) {
  const std::vector<std::string> names = remote_names(workspace);
  if (names.empty()) throw usage("there is no remote yet", "mlo remote add NAME URL");
  std::vector<std::string> chosen;
  for (const std::string& name : names) {
    if (remote_config(workspace, name).is_default) chosen.push_back(name);
  }
  if (chosen.size() == 1) return chosen[0];
  if (chosen.empty() && names.size() == 1) return names[0];
  const std::string list = join(chosen.empty() ? names : chosen, ", ");
  throw usage(chosen.empty() ? "there are several remotes and none is the default"
                             : "several remotes are the default: " + list,
              "--remote NAME, or mlo remote default NAME; there are: " + join(names, ", "));
}

void take_remote(repo::Workspace& workspace, std::vector<std::string>& arguments,
                 std::string& remote) {
  if (arguments.empty() || !remote.empty()) return;
  const std::vector<std::string> names = remote_names(workspace);
  if (std::find(names.begin(), names.end(), arguments[0]) == names.end()) return;
  remote = arguments[0];
  arguments.erase(arguments.begin());
}

std::string remote_cache(const repo::Workspace& workspace, const std::string& name) {
  return join_path(workspace.mlo_dir(), "remotes/" + name);
}

std::unique_ptr<remote::Remote> open_remote(Env& env, repo::Workspace& workspace,
                                            const std::string& name, remote::OpenRemote how) {
  const std::string which = name.empty() ? default_remote(workspace) : name;
  return remote::Remote::open(env, remote_config(workspace, which), remote_cache(workspace, which),
                              how);
}

std::vector<Digest> RemoteSource::fetch(Env& env, store::ObjectStore& store,
                                        std::span<const Digest> wanted) {
  std::vector<std::string> names = remote_names(workspace_);
  std::stable_partition(names.begin(), names.end(), [&](const std::string& name) {
    return remote_config(workspace_, name).is_default;
  });
  std::vector<Digest> found, open(wanted.begin(), wanted.end());
  for (const std::string& name : names) {
    if (open.empty()) break;
    try {
      auto remote = open_remote(env, workspace_, name, remote::OpenRemote::existing);
      for (const Digest& digest : remote->fetch(env, store, open)) found.push_back(digest);
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      env.reporter.warn("remote " + quoted(name) + ": " + error.message());
    }
    const std::unordered_set<Digest> have(found.begin(), found.end());
    std::erase_if(open, [&](const Digest& digest) { return have.contains(digest); });
  }
  return found;
}

namespace {

struct Certified {
  std::vector<std::unique_ptr<remote::Remote>> remotes;
  std::vector<remote::CertifiedObjects> objects;
};

Certified read_certified(Env& env, repo::Workspace& workspace) {
  Certified certified;
  for (const std::string& name : remote_names(workspace)) {
    try {
      auto remote = open_remote(env, workspace, name, remote::OpenRemote::existing);
      certified.objects.emplace_back(env, *remote);
      certified.remotes.push_back(std::move(remote));
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      env.reporter.warn("remote " + quoted(name) + ": " + error.message());
    }
  }
  return certified;
}

}  // namespace

std::function<bool(const Digest&)> certified_elsewhere(Env& env, repo::Workspace& workspace) {
  // Shared by the copies of the function.
  auto certified = std::make_shared<std::unique_ptr<Certified>>();
  return [&env, &workspace, certified](const Digest& digest) {
    if (!*certified) {
      *certified = std::make_unique<Certified>(read_certified(env, workspace));
    }
    const auto& objects = (*certified)->objects;
    return std::any_of(objects.begin(), objects.end(),
                       [&](const remote::CertifiedObjects& one) { return one.has(digest); });
  };
}

}  // namespace mlo::data
