// The remotes of a workspace: the section `remotes` of mlo.yaml, with what .mlo/config.yaml adds.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "remote/config.hpp"
#include "remote/remote.hpp"
#include "repo/workspace.hpp"
#include "store/object_source.hpp"

namespace mlo::data {

/// Of both files, in their order.
std::vector<std::string> remote_names(repo::Workspace& workspace);
/// Throws usage for a name that is not there, with the nearest one.
remote::RemoteConfig remote_config(repo::Workspace& workspace, const std::string& name);
/// The one with `default: true`, else the only one; throws usage, with a hint, where that names none.
std::string default_remote(repo::Workspace& workspace);
/// Git's habit: a first argument that is the name of a remote names it, unless `remote` says one already
/// ("./NAME" is a path). Taken off the arguments.
void take_remote(repo::Workspace& workspace, std::vector<std::string>& arguments,
                 std::string& remote);
/// .mlo/remotes/NAME: cached indexes, parts of large objects.
std::string remote_cache(const repo::Workspace& workspace, const std::string& name);
/// `name` empty: the default one. Costs no request.
std::unique_ptr<remote::Remote> open_remote(Env& env, repo::Workspace& workspace,
                                            const std::string& name, remote::OpenRemote how);

/// All remotes of a workspace as one source, the default one first: what fsck repairs from. One that
/// cannot be asked is passed over with a warning.
class RemoteSource final : public store::ObjectSource {
 public:
  explicit RemoteSource(repo::Workspace& workspace) : workspace_(workspace) {}
  std::vector<Digest> fetch(Env& env, store::ObjectStore& store,
                            std::span<const Digest> wanted) override;

 private:
  repo::Workspace& workspace_;
};

/// Whether a remote of the workspace certifies an object. The remotes are asked at the first call; one
/// that cannot be asked holds nothing, with a warning. Borrows both.
std::function<bool(const Digest&)> certified_elsewhere(Env& env, repo::Workspace& workspace);

}  // namespace mlo::data
